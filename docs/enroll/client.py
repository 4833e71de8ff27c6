"""Syncs registrations to a connection: python client.py CONNECTION AS_OF < registrations.json"""

import base64
import json
import os
import sys
import time
import urllib.request
from itertools import batched

ATTEMPTS, AT_ONCE = 5, 100  # a request takes up to 500 registrations and 4 MB


class Client:
    def __init__(self, api_url, sign_in_url, client_id, client_secret):
        self.api_url, self.sign_in_url, self.token = api_url, sign_in_url, None
        pair = f"{client_id}:{client_secret}".encode()
        self.credentials = f"Basic {base64.b64encode(pair).decode()}"

    def sync(self, connection_id, registrations, as_of):
        """The result of each registration, in order; those that failed are sent again."""
        results, waiting = [{}] * len(registrations), list(range(len(registrations)))
        for attempt in range(ATTEMPTS):
            time.sleep(5 * attempt if waiting else 0)
            for part in batched(waiting, AT_ONCE):
                body = {"as_of": as_of, "registrations": [registrations[at] for at in part]}
                answer = self.call("POST", f"/connections/{connection_id}/registrations", body)
                for at, result in zip(part, answer["registrations"], strict=True):
                    results[at] = result
            waiting = [at for at in waiting if results[at]["result"] == "failed"]
        return results

    def call(self, method, path, body=None, left=ATTEMPTS - 1):
        """The JSON of the answer, None without one. Raises the error of the last attempt."""
        self.token = self.token or self.new_token()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = json.dumps(body).encode() if body else None
        try:
            return self.send(method, self.api_url + path, content, headers)
        except OSError as error:  # an HTTPError, or a lost connection
            status = getattr(error, "code", None)
            if status not in (None, 401, 429, 500, 502, 503, 504) or not left:
                raise
            self.token = None if status == 401 else self.token
            time.sleep(int(error.headers.get("Retry-After", 5)) if status else 5)
        return self.call(method, path, body, left - 1)

    def new_token(self):
        url, form = f"{self.sign_in_url}/oauth2/token", b"grant_type=client_credentials"
        return self.send("POST", url, form, {"Authorization": self.credentials})["access_token"]

    def send(self, method, url, content, headers):
        request = urllib.request.Request(url, content, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read() or b"null")


if __name__ == "__main__":
    client = Client(*(os.environ[f"SYNC_{name}"] for name in ("API", "SIGN_IN", "ID", "SECRET")))
    print(json.dumps(client.sync(sys.argv[1], json.load(sys.stdin), sys.argv[2]), indent=1))
