"""A page without a browser: starts the command under --live, and speaks to its server as the page does."""
import http.client
import io
import json
import re
import subprocess
import time
import urllib.parse

import numpy as np


class Page:
    """A command with a page; `args` as typed behind "amine"."""

    def __init__(self, amine, *args, cwd=None):
        self.process = subprocess.Popen([amine, *args], cwd=cwd, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.said = ""
        spoken = self.process.stdout if args[0] == "live" else self.process.stderr
        while True:
            line = spoken.readline()
            self.said += line
            found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=([0-9a-f]+)", line)
            if found:
                break
            if not line:
                raise AssertionError("no address: " + self.said)
        self.url, self.port, self.token = found[0], int(found[1]), found[2]
        self.host = f"127.0.0.1:{self.port}"
        status, headers, _ = self.ask("GET", f"/?token={self.token}", cookie=None)
        assert status == 303, status
        self.cookie = headers["Set-Cookie"].split(";")[0]
        if args[0] != "live":
            self.until(0, lambda state: True)

    def ask(self, method, path, body=None, cookie="own", headers=()):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        all_headers = dict(headers)
        if cookie == "own":
            all_headers["Cookie"] = self.cookie
        if body is not None:
            all_headers["Content-Type"] = "application/json"
        connection.request(method, path, body=body, headers=all_headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def block(self, run, name, after=0):
        """Its bytes, or None where there is none that is newer."""
        status, headers, content = self.ask("GET", f"/block/{run}/{name}?after={after}")
        assert status in (200, 204, 404), (status, name)  # 404: there is no such run yet
        self.version = int(headers["X-Version"]) if status == 200 else after
        return content if status == 200 else None

    def json(self, run, name):
        content = self.block(run, name)
        return json.loads(content) if content else None

    def arrays(self, run, name):
        content = self.block(run, name)
        return np.load(io.BytesIO(content)) if content else None

    def file(self, run, name):
        at, whole = 0, b""
        while True:
            status, headers, content = self.ask("GET", f"/file/{run}/{name}?from={at}")
            if status == 204:
                return None
            assert status == 200, status
            whole += content
            at += len(content)
            if at >= int(headers["X-Size"]) or not content:
                return whole

    def send(self, run, do, **more):
        """A command; returns its number."""
        status, _, content = self.ask("POST", "/do", json.dumps({"run": run, "do": do, **more}))
        assert status == 202, (status, content)
        return json.loads(content)["id"]

    def until(self, run, what, seconds=60):
        """The run's state, once what(state) is true."""
        end = time.monotonic() + seconds
        state = None
        while time.monotonic() < end:
            state = self.json(run, "state")
            if state and what(state):
                return state
            time.sleep(0.01)
        raise AssertionError(f"never came: {json.dumps(state)[:2000]}")

    def answered(self, run, number):
        """What became of the command of that number: the latest word on it."""
        def known(state):
            return any(s["id"] == number for s in state["said"])
        said = self.until(run, known)["said"]
        return [s for s in said if s["id"] == number][-1]

    def do(self, run, do, **more):
        return self.answered(run, self.send(run, do, **more))

    def end(self, signal=None):
        """Closes the page, waits for its end; returns the exit code, and what it printed."""
        if signal is None:
            self.send(-1, "quit")
        if signal is not None:
            self.process.send_signal(signal)
        out, err = self.process.communicate(timeout=120)
        self.said += err
        return self.process.returncode, out
