// Host keys as OpenSSH lines, and the fingerprints that administrators compare.

import { html, useEffect, useState } from "../lib/html.js";

const WORDS = { kind: "Type", fingerprint: "Fingerprint", notWhole: "incomplete key", unknown: "unknown" };

// {kind, encoded} of a line `ssh-ed25519 AAAA… comment`, or null for any other text.
export function partsOf(line) {
  const [kind, encoded] = line.trim().split(/\s+/);
  return /^(ssh|ecdsa)-[\w-]+$/.test(kind) && /^[A-Za-z0-9+/]+=*$/.test(encoded ?? "") ? { kind, encoded } : null;
}

// Whether the key is complete: it must end with its last field, each of which starts with its length
// (RFC 4253, section 6.6).
export function isWhole(line) {
  const bytes = decoded(partsOf(line)?.encoded);
  if (!bytes) return false;
  const view = new DataView(bytes.buffer);
  let [offset, fields] = [0, 0];
  while (offset + 4 <= bytes.length) {
    offset += 4 + view.getUint32(offset);
    fields += 1;
  }
  return offset === bytes.length && fields > 1;
}

// As `ssh-keygen -l` prints it: SHA256:…; null for a line without a key.
export async function fingerprintOf(line) {
  const bytes = decoded(partsOf(line)?.encoded);
  if (!bytes) return null;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return `SHA256:${btoa(String.fromCharCode(...new Uint8Array(digest))).replace(/=+$/, "")}`;
}

function decoded(encoded) {
  try {
    return encoded ? Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)) : null;
  } catch {
    return null; // an incomplete key
  }
}

// The type and fingerprint of a key.
export function HostKeyFacts({ line }) {
  const [fingerprint, setFingerprint] = useState("");
  useEffect(() => {
    let wanted = true;
    fingerprintOf(line).then((found) => wanted && setFingerprint(found ?? WORDS.notWhole));
    return () => {
      wanted = false;
    };
  }, [line]);
  return html`<dl class="pairs">
    <div><dt>${WORDS.kind}</dt><dd><code>${partsOf(line)?.kind ?? WORDS.unknown}</code></dd></div>
    <div><dt>${WORDS.fingerprint}</dt><dd><code>${fingerprint}</code></dd></div>
  </dl>`;
}
