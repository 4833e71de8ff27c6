"""The local stack: template.yaml itself on an AWS emulator, and a district's SFTP server.

    python -m local.stack      starts the stack and leaves it running; tools read .local/stack.json

Everything listens on 127.0.0.1 on free ports, so that several stacks run side by side.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.config import Config

from local import sign_in
from local.build import FUNCTION_PYTHON, SAM, architecture, built
from local.http_client import Answer, send
from local.processes import ROOT, NotStarted, end_on_signals, environment, run, running
from local.sign_in import User

STACK_NAME = "registration-sync"
ACCESS_TOKEN_MINUTES = 720
REGION = "us-east-1"
STACK_FILE = ROOT / ".local" / "stack.json"
ROOT_KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
FUNCTIONS = ("sync", "export", "configuration", "console")

_ENVIRONMENTS = ROOT / ".local" / "env"
_ARTIFACTS = "sam-artifacts"

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SftpServer:
    """The district's SFTP server; `root_dir` is the folder that it serves."""

    host: str
    port: int
    username: str
    password: str
    host_keys: list[str]
    root_dir: str


@dataclass(frozen=True, slots=True)
class LocalStack:
    """A running stack. Roles are enroll, full_access and limited_access."""

    api_url: str
    endpoint_url: str
    tokens: dict[str, str]
    programs: list[str]
    users: dict[str, User]
    sftp: SftpServer
    functions: dict[str, str]
    outputs: dict[str, str]
    state: Path

    def call(self, method: str, path: str, body: object = None, *, role: str | None) -> Answer:
        """Calls the API as a role (None: without a token); `path` begins with a slash."""
        headers = {"Content-Type": "application/json"}
        if role:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        text = None if body is None else json.dumps(body)
        return send(method, self.api_url + path, body=text, headers=headers)

    def client(self, service: str) -> Any:
        """A boto3 client with the keys of the emulator's root user, which has every permission."""
        return _kept_client(service, self.endpoint_url)

    @property
    def console_url(self) -> str:
        """The address that people open first."""
        return f"{self.api_url}/console"

    def to_json(self) -> dict[str, Any]:
        """The content of .local/stack.json."""
        return {
            "api_url": self.api_url,
            "console_url": self.console_url,
            "tokens": self.tokens,
            "programs": self.programs,
            "users": {
                role: {"username": user.username, "password": user.password}
                for role, user in self.users.items()
            },
            "sftp": {name: getattr(self.sftp, name) for name in SftpServer.__slots__},
            "aws": {
                "endpoint_url": self.endpoint_url,
                "stack_name": STACK_NAME,
                "region": REGION,
                "functions": self.functions,
                "outputs": self.outputs,
            },
        }


@contextlib.contextmanager
def local_stack(state: Path, say: Say) -> Iterator[LocalStack]:
    """Starts a clean stack, and stops it at the end.

    `state` is a folder for this stack only: its logs, keys and the district's files. Files of an
    earlier stack are removed. Raises NotStarted.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock, contextlib.ExitStack() as parts:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotStarted(f"A stack is already running in {state}: stop it first.") from None
        _clear(state)
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = environment()["NO_PROXY"]
        with built(say) as build:  # held until it is deployed: no other build may replace it
            say("Starting the AWS emulator and the district's SFTP server …")
            parts.callback(shutil.rmtree, state / "tmp", ignore_errors=True)
            endpoint = start_emulator(state, parts)
            sftp = _start_sftp_server(state, parts)
            say("Deploying the template …")
            _deploy(build, endpoint, state / "deploy.log")
            outputs = _outputs(endpoint)
            _answer_errors_as_the_gateway_does(build, endpoint, outputs["ApiId"])
            _let_schedules_be_kept(endpoint)
            api_url = f"{endpoint}/_aws/execute-api/{outputs['ApiId']}/v1"
            _let_people_return(endpoint, outputs, f"{api_url}/console")
        yield _signed_in(api_url, endpoint, outputs, sftp, state)


def _clear(state: Path) -> None:
    for entry in state.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != "lock":
            entry.unlink()
    for name in ("tmp", "district", "sftp"):
        (state / name).mkdir()


def start_emulator(state: Path, parts: contextlib.ExitStack) -> str:
    """The emulator's address. Functions inherit its environment, so there is little in it."""
    site_packages = next((_ENVIRONMENTS / "ministack" / "lib").glob("python3.*/site-packages"))
    said = parts.enter_context(
        running(
            [FUNCTION_PYTHON, ROOT / "local/emulator.py", site_packages],
            log=state / "emulator.log",
            env={
                **ROOT_KEYS,
                "PATH": "/usr/bin:/bin",
                "HOME": str(state / "tmp"),
                "TMPDIR": str(state / "tmp"),
                "STATE_DIR": str(state / "tmp"),
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                "PYTHONDONTWRITEBYTECODE": "1",
                "MINISTACK_HOST": "127.0.0.1",
                "MINISTACK_REGION": REGION,
                "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",  # no token without its trigger
                "AUTH": "true",  # the functions' own policies are enforced
                "IOT_MTLS_ENABLED": "false",
                "SFTP_ENABLED": "false",
            },
        )
    )
    endpoint = f"http://127.0.0.1:{said['port']}"
    give_up = time.monotonic() + 60
    while not _is_ready(endpoint):
        if time.monotonic() > give_up:
            raise NotStarted(f"The emulator does not answer; see {state / 'emulator.log'}.")
        time.sleep(0.1)
    return endpoint


def _is_ready(endpoint: str) -> bool:
    try:
        return send("GET", f"{endpoint}/_ministack/ready", timeout_seconds=5).status == 200
    except OSError:
        return False


def _start_sftp_server(state: Path, parts: contextlib.ExitStack) -> SftpServer:
    root = state / "district"
    command: list[str | Path] = [sys.executable, ROOT / "local/sftp_server.py"]
    said = parts.enter_context(
        running(
            [*command, "--root", root, "--state", state / "sftp"],
            log=state / "sftp.log",
            env=environment(),
        )
    )
    return SftpServer(**said, root_dir=str(root))


def _deploy(build: Path, endpoint: str, log: Path) -> None:
    client_of("s3", endpoint).create_bucket(Bucket=_ARTIFACTS)
    run(
        [
            SAM,
            "deploy",
            "--config-env=local",  # samconfig.toml has nothing for it: all settings are here
            f"--template-file={build / 'template.yaml'}",
            f"--stack-name={STACK_NAME}",
            f"--s3-bucket={_ARTIFACTS}",
            "--capabilities=CAPABILITY_IAM",
            "--no-confirm-changeset",
            "--no-progressbar",
            "--parameter-overrides",
            f"Architecture={architecture()}",
            "AllowedPrivateNetworks=127.0.0.1/32",
            f"AccessTokenMinutes={ACCESS_TOKEN_MINUTES}",
            "ProgramTokenMinutes=720",
            "ConsoleIdleMinutes=720",
            "Mfa=OFF",  # the emulator's sign-in page asks for no code
            f"SignInUrl={endpoint}",
        ],
        log=log,
        **ROOT_KEYS,
        AWS_DEFAULT_REGION=REGION,
        AWS_ENDPOINT_URL=endpoint,
        SAM_CLI_POLL_DELAY="0.3",
        __SAM_CLI_APP_DIR=str(ROOT / ".local" / "sam"),
    )


def _outputs(endpoint: str) -> dict[str, str]:
    stacks = client_of("cloudformation", endpoint).describe_stacks(StackName=STACK_NAME)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}


def _answer_errors_as_the_gateway_does(build: Path, endpoint: str, api_id: str) -> None:
    """Puts the template's GatewayResponses one by one: the emulator ignores them on deployment."""
    template = yaml.safe_load((build / "template.yaml").read_text())
    gateway = client_of("apigateway", endpoint)
    for kind, answer in template["Resources"]["Api"]["Properties"]["GatewayResponses"].items():
        status = {"statusCode": str(answer["StatusCode"])} if "StatusCode" in answer else {}
        headers = answer.get("ResponseParameters", {}).get("Headers", {})
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseTemplates=answer["ResponseTemplates"],
            responseParameters={
                f"gatewayresponse.header.{name}": value for name, value in headers.items()
            },
            **status,
        )
    gateway.create_deployment(restApiId=api_id, stageName="v1")


def _let_schedules_be_kept(endpoint: str) -> None:
    """Grants permissions on the default group: the emulator checks that one for every schedule."""
    verbs = {"ConfigurationRole": ("Create", "Update", "Delete"), "ExportRole": ("Delete",)}
    for logical_id, allowed in verbs.items():
        role = client_of("cloudformation", endpoint).describe_stack_resource(
            StackName=STACK_NAME, LogicalResourceId=logical_id
        )["StackResourceDetail"]["PhysicalResourceId"]
        statement = {
            "Effect": "Allow",
            "Action": [f"scheduler:{verb}Schedule" for verb in allowed],
            "Resource": f"arn:aws:scheduler:{REGION}:*:schedule/default/*",
        }
        client_of("iam", endpoint).put_role_policy(
            RoleName=role.rpartition("/")[2],
            PolicyName="EmulatedSchedules",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )


def _let_people_return(endpoint: str, outputs: dict[str, str], console_url: str) -> None:
    """Sets the real address of the emulator's API, which differs from the template's, and numbers,
    which the emulator keeps as the texts of parameters. It keeps what an update leaves out."""
    client_of("cognito-idp", endpoint).update_user_pool_client(
        UserPoolId=outputs["UserPoolId"],
        ClientId=outputs["PeopleClientId"],
        CallbackURLs=[console_url],
        LogoutURLs=[console_url],
        AccessTokenValidity=ACCESS_TOKEN_MINUTES,
        IdTokenValidity=ACCESS_TOKEN_MINUTES,
    )


def _signed_in(
    api_url: str, endpoint: str, outputs: dict[str, str], sftp: SftpServer, state: Path
) -> LocalStack:
    cognito, pool = client_of("cognito-idp", endpoint), outputs["UserPoolId"]
    users = sign_in.people()
    sign_in.create_people(cognito, pool, users)
    enroll_id = outputs["EnrollClientId"]
    enroll = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=enroll_id)
    secret = enroll["UserPoolClient"]["ClientSecret"]
    tokens = {"enroll": sign_in.token_of_program(endpoint, enroll_id, secret)}
    for role, user in users.items():
        client_id = outputs["PeopleClientId"]
        tokens[role] = sign_in.token_of_person(endpoint, client_id, f"{api_url}/console", user)
    return LocalStack(
        api_url=api_url,
        endpoint_url=endpoint,
        tokens=tokens,
        programs=[enroll_id],
        users=users,
        sftp=sftp,
        functions={name: outputs[f"{name.title()}FunctionName"] for name in FUNCTIONS},
        outputs=outputs,
        state=state,
    )


def client_of(service: str, endpoint: str, config: Config | None = None) -> Any:
    """A boto3 client of the emulator, with the keys of its root user (all permissions)."""
    usual = Config(retries={"mode": "standard"}, read_timeout=60)
    return boto3.client(
        service,  # type: ignore[call-overload]  # any service
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ROOT_KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ROOT_KEYS["AWS_SECRET_ACCESS_KEY"],
        config=usual.merge(config) if config else usual,
    )


@cache
def _kept_client(service: str, endpoint: str) -> Any:
    """Built once: that takes longer than most requests."""
    return client_of(service, endpoint)


def main() -> None:
    end_on_signals()
    try:
        with local_stack(ROOT / ".local" / "run" / "local", print) as stack:
            _leave_running(stack)
    except NotStarted as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("\nStopped.")


def _leave_running(stack: LocalStack) -> None:
    STACK_FILE.touch(mode=0o600)
    STACK_FILE.write_text(json.dumps(stack.to_json(), indent=2))
    try:
        print(f"The console:          {stack.console_url}")
        for role, user in stack.users.items():
            print(f"  {role + ':':<19} {user.username}, password {user.password}")
        print(f"The API:              {stack.api_url}")
        print(f"The district's files: {stack.sftp.root_dir}")
        print(f"Tokens and the rest:  {STACK_FILE.relative_to(ROOT)}")
        print("Running until Ctrl-C.", flush=True)
        signal.pause()
    finally:
        STACK_FILE.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
