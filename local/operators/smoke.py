"""Tries a deployed stack from outside, step by step, and says what failed and what was skipped.

    python -m local.operators.smoke [--stack NAME] [--email ADDRESS] [--no-update] [--delete]

Creates a connection, a person, two clients of the user pool and four students, and removes them at
the end. Files are delivered to the server in SFTP_HOST, SFTP_PORT, SFTP_USERNAME, SFTP_PASSWORD,
SFTP_HOST_KEY and SFTP_FOLDER; without it they are downloaded only. docs/operations.md, Smoke test,
has the steps.
"""

import argparse
import contextlib
import datetime as dt
import hashlib
import http.server
import json
import os
import secrets
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import BotoCoreError, ClientError

from local.calls import Refused, done
from local.http_client import Answer, send
from local.operators.deployed import Deployed, deployed_stack
from local.operators.invoke import invoke, is_done
from local.processes import ROOT, NotStarted
from local.remove import description
from local.sign_in import User, challenge_of, create_people, tokens_of_code, tokens_of_person
from local.stack import STACK_FILE

RETURN_PORT = 8976
PERSON_SECONDS, RUN_SECONDS, MESSAGE_SECONDS = 300, 300, 60
SCOPES = [f"sync/{scope}" for scope in ("configuration.write", "exports.run", "read")]
ZONES = ("America/Chicago", "America/Phoenix", "Pacific/Honolulu")
YEAR = 2025
MAPPING = {
    "files": [
        {
            "name": "students",
            "fields": [
                {"from": "students.id", "mapping_type": "direct", "to": "ID", "unique": True},
                {
                    "from": "students.zip",
                    "mapping_type": "direct",
                    "to": "Zip",
                    "pattern": "[0-9]{5}",
                },
            ],
        }
    ]
}


class Failed(Exception):
    """A step found something wrong."""


class Skipped(Exception):
    """A step could not be tried here."""


@dataclass
class Smoke:
    """What the steps share; `undo` is called at the end, the last first."""

    stack: Deployed
    sftp: dict[str, Any]
    email: str = ""
    update: bool = True
    delete: bool = False
    say: Callable[[str], None] = print
    connection_id: str = field(default_factory=lambda: f"smoke-{secrets.token_hex(4)}")
    program: str = ""
    enroll: str = ""
    person: dict[str, str] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)
    undo: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def path(self) -> str:
        return f"/connections/{self.connection_id}"

    @property
    def pool(self) -> str:
        return self.stack.outputs["UserPoolId"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Calls the API as the program; raises Refused."""
        return done(self.stack.call(method, path, self.program, body))


# The steps: each returns a remark or nothing, and raises Failed or Skipped.


def program_token(smoke: Smoke) -> str | None:
    """a program signs in"""
    cognito = smoke.stack.client("cognito-idp")
    client = cognito.create_user_pool_client(
        UserPoolId=smoke.pool,
        ClientName=smoke.connection_id,
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=SCOPES,
    )["UserPoolClient"]
    client_id = client["ClientId"]
    smoke.undo.callback(cognito.delete_user_pool_client, UserPoolId=smoke.pool, ClientId=client_id)
    smoke.program = smoke.stack.program_token(client_id, client["ClientSecret"])
    me = smoke.ask("GET", "/me")
    _expect(me["name"] == client_id and me["kind"] == "program", f"/me answers {me}")
    return None


def enroll_token(smoke: Smoke) -> str | None:
    """Enroll signs in"""
    client_id = smoke.stack.outputs["EnrollClientId"]
    client = smoke.stack.client("cognito-idp").describe_user_pool_client(
        UserPoolId=smoke.pool, ClientId=client_id
    )
    secret = client["UserPoolClient"]["ClientSecret"]
    smoke.enroll = smoke.stack.program_token(client_id, secret)
    return None


def person_sign_in(smoke: Smoke) -> str | None:
    """a person signs in with a one-time code"""
    if not (smoke.stack.is_local or (smoke.email and sys.stdin.isatty())):
        raise Skipped("give --email, and run it in a terminal: a person signs in")
    user = User(smoke.connection_id, f"Smoke-1-{secrets.token_urlsafe(12)}", ("operators",))
    cognito = smoke.stack.client("cognito-idp")
    create_people(cognito, smoke.pool, {"smoke": user}, smoke.email or "smoke@example.org")
    name = {"UserPoolId": smoke.pool, "Username": user.username}
    smoke.undo.callback(cognito.admin_delete_user, **name)
    cognito.admin_add_user_to_group(**name, GroupName="limited-access")
    if smoke.stack.is_local:
        outputs, console = smoke.stack.outputs, f"{smoke.stack.api_url}/console"
        endpoint, client_id = outputs["SignInUrl"], outputs["PeopleClientId"]
        smoke.person = tokens_of_person(endpoint, client_id, console, user)
        return "the emulator's pages ask for no code: only AWS can answer that"
    smoke.person = _sign_in_by_browser(smoke, user)
    if cognito.describe_user_pool(UserPoolId=smoke.pool)["UserPool"]["MfaConfiguration"] != "ON":
        return "without a code: the stack has Mfa=OFF"
    factors = cognito.admin_get_user(**name).get("UserMFASettingList", [])
    _expect("SOFTWARE_TOKEN_MFA" in factors, "the sign-in pages set up no one-time code")
    return None


def password_reset(smoke: Smoke) -> str | None:
    """a person resets a forgotten password"""
    _need_person(smoke)
    answer = smoke.stack.client("cognito-idp").forgot_password(
        ClientId=smoke.stack.outputs["PeopleClientId"], Username=smoke.connection_id
    )
    medium = answer["CodeDeliveryDetails"]["DeliveryMedium"]
    _expect(medium == "EMAIL", f"the code is sent by {medium}")
    return "the emulator sends no mail" if smoke.stack.is_local else f"look for it: {smoke.email}"


def me_of_a_person(smoke: Smoke) -> str | None:
    """/me knows the person's groups"""
    _need_person(smoke)
    me = done(smoke.stack.call("GET", "/me", smoke.person["access_token"]))
    expected = {"kind": "person", "is_operator": True, "permissions": ["read", "run_exports"]}
    _expect(expected.items() <= me.items(), f"/me answers {me}")
    return None


def id_token(smoke: Smoke) -> str | None:
    """an ID token is refused"""
    _need_person(smoke)
    _expect_error(smoke.stack.call("GET", "/me", smoke.person["id_token"]), 401)
    return None


def unknown_path(smoke: Smoke) -> str | None:
    """an unknown path is refused in the API's shape"""
    _expect_error(smoke.stack.call("GET", "/no-such-path", smoke.program), 403, 404)
    return None


def connection(smoke: Smoke) -> str | None:
    """a connection with a mapping is set up"""
    client_id = smoke.ask("GET", "/me")["name"]
    to_server = {"delivery": "sftp", **smoke.sftp} if smoke.sftp else {"delivery": "download"}
    folder = os.environ.get("SFTP_FOLDER", "smoke") + f"/{smoke.connection_id}/{{school_year}}"
    content = {
        "connection_id": smoke.connection_id,
        "name": "Smoke test",
        "district": "smoke",
        "time_zone": "America/Chicago",
        "folder": folder,
        "programs": [client_id, smoke.stack.outputs["EnrollClientId"]],
        **to_server,
    }
    _bind(smoke, client_id, "smoke")
    smoke.undo.callback(_bind, smoke, client_id)
    smoke.ask("POST", "/connections", content)
    smoke.undo.callback(smoke.ask, "DELETE", f"{smoke.path}?grace_days=0")
    smoke.ask("PUT", f"{smoke.path}/mapping", MAPPING)
    return None


def large_body(smoke: Smoke) -> str | None:
    """a body of 7 MB is refused in the API's shape"""
    body = {"registrations": [{"data": "x" * 7_000_000}]}
    _expect_error(_sync(smoke, body), 413)
    return None


def schedules(smoke: Smoke) -> str | None:
    """schedules are set in three time zones"""
    for zone in ZONES:
        wanted = {"enabled": True, "time": "03:30", "time_zone": zone}
        shown = smoke.ask("PUT", f"{smoke.path}/schedule", wanted)
        at = next(run for run in shown["next_runs"] if run["at"])
        moment = _moment(at["utc"]).astimezone(ZoneInfo(zone))
        _expect(f"{moment:%H:%M}" == "03:30", f"in {zone} it runs at {at}")
    smoke.ask("PUT", f"{smoke.path}/schedule", {**wanted, "enabled": False})
    return "the emulator starts them in UTC" if smoke.stack.is_local else None


def export(smoke: Smoke) -> str | None:
    """an export holds a repeated value and one without the pattern, and delivers the others"""
    students = {"1": "60601", "2": "60602", "3": "no zip"}
    _expect_synced(
        _sync(smoke, {"registrations": [_registration(*one) for one in students.items()]})
    )
    smoke.undo.callback(_erase_students, smoke)
    repeated = _registration("4", "60604")
    repeated["data"]["students"]["id"] = "1"
    _expect_synced(_sync(smoke, {"registrations": [repeated]}))
    run_id = smoke.ask("POST", f"{smoke.path}/exports", {})["run_id"]
    smoke.run = _finished(smoke, run_id)
    (year,) = smoke.run["years"]
    held = sorted((one["student_id"], one["rule"]) for one in year["held"])
    _expect(
        (year["rows"], held) == (2, [("3", "pattern"), ("4", "unique")]),
        f"rows {year['rows']}, held {held}, error {year['error']}",
    )
    return None if smoke.sftp else "no SFTP_HOST: kept for download, nothing was sent"


def link(smoke: Smoke) -> str | None:
    """a link downloads the exported file"""
    if not smoke.run:
        raise Skipped("there is no export")
    (file,) = smoke.run["years"][0]["files"]
    files = f"{smoke.path}/exports/{smoke.run['run_id']}/files/{YEAR}"
    answer = send("GET", smoke.ask("GET", f"{files}/{file['name']}")["url"])
    digest = hashlib.sha256(answer.body.encode()).hexdigest()
    _expect(digest == file["sha256"], f"the link answers {answer.status}, with another content")
    return None


def alarm(smoke: Smoke) -> str | None:
    """an alarm reaches the topic's subscribers"""
    sqs, sns = smoke.stack.client("sqs"), smoke.stack.client("sns")
    topic = smoke.stack.outputs["AlertsTopic"]
    url = sqs.create_queue(QueueName=smoke.connection_id)["QueueUrl"]
    smoke.undo.callback(sqs.delete_queue, QueueUrl=url)
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn["QueueArn"],
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscribed = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"], ReturnSubscriptionArn=True
    )
    smoke.undo.callback(sns.unsubscribe, SubscriptionArn=subscribed["SubscriptionArn"])
    name = f"{smoke.stack.name} - export failed"
    set_state = smoke.stack.client("cloudwatch").set_alarm_state
    reason = {"AlarmName": name, "StateReason": "smoke test: nothing is wrong"}
    smoke.undo.callback(set_state, **reason, StateValue="OK")
    set_state(**reason, StateValue="OK")  # an alarm that is already on would send nothing
    set_state(**reason, StateValue="ALARM")
    give_up = time.monotonic() + MESSAGE_SECONDS
    while time.monotonic() < give_up:
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        if any(name in message["Body"] for message in found.get("Messages", [])):
            return "the emulator sends no mail" if smoke.stack.is_local else "look for the mail"
    raise Failed(f'the alarm "{name}" did not reach the topic within {MESSAGE_SECONDS} seconds')


def update_under_load(smoke: Smoke) -> str | None:
    """no sync fails while the stack is updated"""
    if smoke.stack.is_local:
        raise Skipped("only AWS replaces functions while they are used")
    if not smoke.update:
        raise Skipped("left out by UPDATE=0")
    client = smoke.stack.client("cloudformation")
    stack = client.describe_stacks(StackName=smoke.stack.name)["Stacks"][0]
    values = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    days = int(values["RetentionDays"])
    with _load(smoke) as statuses:
        for retention in (days + 1, days):  # in the environment of each function
            parameters = [
                {"ParameterKey": name, "UsePreviousValue": True}
                for name in values
                if name != "RetentionDays"
            ]
            parameters.append({"ParameterKey": "RetentionDays", "ParameterValue": str(retention)})
            client.update_stack(
                StackName=smoke.stack.name,
                UsePreviousTemplate=True,
                Parameters=parameters,
                Capabilities=[*{*stack["Capabilities"], "CAPABILITY_AUTO_EXPAND"}],
            )
            client.get_waiter("stack_update_complete").wait(StackName=smoke.stack.name)
    failed = sorted({status for status in statuses if status != 200})
    _expect(not failed, f"of {len(statuses)} syncs some were answered {failed}")
    return f"{len(statuses)} syncs"


def stack_delete(smoke: Smoke) -> str | None:
    """the stack is deleted"""
    if smoke.stack.is_local or not smoke.delete:
        raise Skipped("not asked for: DELETE=1 deletes a stack that was made for this test")
    smoke.undo.close()
    client = smoke.stack.client("cloudformation")
    stack_id = client.describe_stacks(StackName=smoke.stack.name)["Stacks"][0]["StackId"]
    client.delete_stack(StackName=stack_id)
    client.get_waiter("stack_delete_complete").wait(StackName=stack_id)
    return f"its data stays: make remove STACK={stack_id} DATA=delete"


STEPS = (
    program_token,
    enroll_token,
    person_sign_in,
    password_reset,
    me_of_a_person,
    id_token,
    unknown_path,
    connection,
    large_body,
    schedules,
    export,
    link,
    alarm,
    update_under_load,
    stack_delete,
)


def run_steps(smoke: Smoke) -> dict[str, str]:
    """The result of each step: ok, skipped or failed. Removes at the end what the steps made."""
    results = {}
    try:
        for step in STEPS:
            results[step.__name__] = _result(step, smoke)
    finally:
        try:
            smoke.undo.close()
        except (Failed, Refused, ClientError) as error:
            smoke.say(f"not removed: {error}")
    return results


def _result(step: Callable[[Smoke], str | None], smoke: Smoke) -> str:
    try:
        result, remark = "ok", step(smoke)
    except Skipped as error:
        result, remark = "skipped", str(error)
    except (Failed, Refused, ClientError, BotoCoreError, OSError, KeyError, ValueError) as error:
        result, remark = "failed", f"{type(error).__name__}: {error}"
    smoke.say(f"{result:<8} {step.__doc__}" + (f" ({remark})" if remark else ""))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stack", default="registration-sync", help="its name, or local")
    parser.add_argument("--email", default="", help="of the person at the terminal, who signs in")
    parser.add_argument("--no-update", action="store_true", help="do not update the stack")
    parser.add_argument("--delete", action="store_true", help="delete the stack at the end")
    arguments = parser.parse_args()
    try:
        stack = deployed_stack(arguments.stack)
        if arguments.delete and not stack.is_local:
            _confirm_deletion(stack)
    except (NotStarted, BotoCoreError, ClientError) as error:
        sys.exit(str(error))
    smoke = Smoke(
        stack,
        _sftp_server(stack),
        arguments.email,
        update=not arguments.no_update,
        delete=arguments.delete,
    )
    sys.exit(1 if "failed" in run_steps(smoke).values() else 0)


# What the steps use.


def _confirm_deletion(stack: Deployed) -> None:
    """Asks for the stack's name. Raises NotStarted for another answer."""
    print(description(stack.name, stack.client))
    if input("Type the stack's name to delete it at the end: ") != stack.name:
        raise NotStarted("Nothing was tried or deleted.")


def _sftp_server(stack: Deployed) -> dict[str, Any]:
    """The settings of a connection to the server, empty without one."""
    if stack.is_local:
        return sftp_settings(json.loads(STACK_FILE.read_text())["sftp"])
    if not os.environ.get("SFTP_HOST"):
        return {}
    return sftp_settings(
        {
            "host": os.environ["SFTP_HOST"],
            "port": int(os.environ.get("SFTP_PORT", "22")),
            "username": os.environ["SFTP_USERNAME"],
            "password": os.environ["SFTP_PASSWORD"],
            "host_keys": [os.environ["SFTP_HOST_KEY"]],
        }
    )


def _bind(smoke: Smoke, client_id: str, *districts: str) -> None:
    """Binds the program to the districts, as the operator who has the rights in AWS."""
    event = json.loads((ROOT / "events/configuration_bind_program.json").read_text())
    event["pathParameters"] = {"client_id": client_id}
    event["body"] = json.dumps({"name": smoke.connection_id, "districts": [*districts]})
    answer = invoke(smoke.stack, event)
    _expect(is_done(answer), f"the program was not bound: {answer}")


def sftp_settings(server: dict[str, Any]) -> dict[str, Any]:
    names = ("host", "port", "username", "password", "host_keys")
    return {name: server[name] for name in names}


def _sign_in_by_browser(smoke: Smoke, user: User) -> dict[str, str]:
    """The tokens of the person, who signs in with a browser on this machine."""
    cognito, back = smoke.stack.client("cognito-idp"), f"http://localhost:{RETURN_PORT}/"
    client_id = cognito.create_user_pool_client(
        UserPoolId=smoke.pool,
        ClientName=f"{smoke.connection_id}-person",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        SupportedIdentityProviders=["COGNITO"],
        CallbackURLs=[back],
    )["UserPoolClient"]["ClientId"]
    smoke.undo.callback(cognito.delete_user_pool_client, UserPoolId=smoke.pool, ClientId=client_id)
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    query = {
        "client_id": client_id,
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": back,
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    endpoint = smoke.stack.outputs["SignInUrl"]
    smoke.say(f"Open {endpoint}/oauth2/authorize?{urllib.parse.urlencode(query)}")
    smoke.say(f"and sign in as {user.username} with the password {user.password}")
    code = _code_of_browser(state)
    return tokens_of_code(endpoint, client_id, back, code, verifier)


def _code_of_browser(state: str) -> str:
    """The authorization code with which the sign-in pages send the browser back."""
    found: dict[str, list[str]] = {}

    class Back(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.update(urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"Signed in: return to the terminal.")

        def log_message(self, *_: object) -> None:
            """Nothing: the line would have the code."""

    with http.server.HTTPServer(("127.0.0.1", RETURN_PORT), Back) as server:
        server.timeout = 1
        give_up = time.monotonic() + PERSON_SECONDS
        while "code" not in found and time.monotonic() < give_up:
            server.handle_request()
    if found.get("state") != [state] or "code" not in found:
        raise Failed("nobody signed in")
    return found["code"][0]


@contextlib.contextmanager
def _load(smoke: Smoke) -> Iterator[list[int]]:
    """Syncs students all the time inside the block; the statuses of the answers."""
    enroll_token(smoke)  # the first one may be old, and would end during the updates
    statuses: list[int] = []
    over = threading.Event()

    def work() -> None:
        body = {"registrations": [_registration("1", "60601")]}
        while not over.wait(0.2):
            try:
                statuses.append(_sync(smoke, body).status)
            except OSError:
                statuses.append(0)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield statuses
    finally:
        over.set()
        thread.join()


def _registration(student_id: str, zip_code: str) -> dict[str, Any]:
    return {
        "registration_id": f"r-{student_id}",
        "student_id": student_id,
        "school_year": YEAR,
        "status": "Registration Approved",
        "data": {"students": {"id": student_id, "zip": zip_code}},
    }


def _sync(smoke: Smoke, body: Any) -> Answer:
    return smoke.stack.call("POST", f"{smoke.path}/registrations", smoke.enroll, body)


def _erase_students(smoke: Smoke) -> None:
    """Held students would stay for ever."""
    for student_id in "1234":
        started = smoke.ask("POST", f"{smoke.path}/erasures", {"student_id": student_id})
        run = _finished(smoke, started["run_id"])
        _expect(run["status"] == "succeeded", f"the erasure of {student_id}: {run['status']}")


def _finished(smoke: Smoke, run_id: str) -> dict[str, Any]:
    give_up = time.monotonic() + RUN_SECONDS
    while time.monotonic() < give_up:
        run: dict[str, Any] = smoke.ask("GET", f"{smoke.path}/exports/{run_id}")
        if run["status"] not in {"pending", "in_progress"}:
            return run
        time.sleep(0.5)
    raise Failed(f"run {run_id} was not finished after {RUN_SECONDS} seconds")


def _need_person(smoke: Smoke) -> None:
    if not smoke.person:
        raise Skipped("no person signed in")


def _expect(is_right: bool, otherwise: str) -> None:
    if not is_right:
        raise Failed(otherwise)


def _expect_synced(answer: Answer) -> None:
    _expect(answer.status == 200 and not answer.json()["failed"], answer.body[:300])


def _expect_error(answer: Answer, *statuses: int) -> None:
    """Checks the status, and that the body has the shape of the API's errors."""
    try:
        has_shape = {"code", "message", "problems"} <= answer.json()["error"].keys()
    except (ValueError, KeyError, TypeError, AttributeError):
        has_shape = False
    _expect(answer.status in statuses and has_shape, f"{answer.status}: {answer.body[:300]}")


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


if __name__ == "__main__":
    main()
