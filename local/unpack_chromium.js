// Unpacks the Chromium that npm has into a folder, with the libraries and the font that it needs.
// Only `make` runs this, at set-up; unpack_chromium.lock has the hashes of the packages.

import chromium from "npm:@sparticuz/chromium@153.0.0";

const [folder] = Deno.args;
Deno.env.set("TMPDIR", folder); // the package unpacks into the folder of temporary files
Deno.env.set("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x"); // and there, libraries for Amazon Linux
await chromium.executablePath();

// The package's own configuration has absolute paths of a Lambda function.
const fonts = '<fontconfig><dir prefix="relative">fonts</dir></fontconfig>\n';
await Deno.writeTextFile(`${folder}/fonts/fonts.conf`, fonts);
