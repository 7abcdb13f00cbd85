#!/usr/bin/env python3
"""The server of pages, asked by friends and by others: test_server.py SERVE [SANITIZERS]

What a page does works; whoever has no token, comes from elsewhere or does not speak as a page does gets a refusal or
nothing; who does not read, leaves in the midst or comes too often slows nobody and leaves nothing behind."""
import json
import os
import random
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

if len(sys.argv) < 2:
    print("skipped: this was built without pages (AMINE_LIVE)")
    sys.exit(77)
SERVE, SANITIZED = sys.argv[1], sys.argv[2:3] > [""]
MIB = 1 << 20
failed = []


def check(what, fine, *seen):
    if not fine:
        failed.append(f"{what}: {' '.join(repr(x)[:300] for x in seen)}")


def eventually(what, true):
    """The server does it in its own time; 20 s are for ever."""
    for _ in range(2000):
        if true():
            return
        time.sleep(0.01)
    failed.append(f"{what}: never")


class Answer:
    def __init__(self, raw):
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        found = re.match(r"HTTP/1\.[01] (\d{3})", lines[0])
        self.status = int(found[1]) if found else 0  # 0: nothing came
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value


class Server:
    def __init__(self, folder, port=0):
        self.process = subprocess.Popen([SERVE, folder, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)
        self.url = self.process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=([0-9a-f]{32})", self.url)
        self.port, self.token = (int(found[1]), found[2]) if found else (0, "")
        self.host = f"127.0.0.1:{self.port}"
        self.cookie = f"amine-{self.port}={self.token}"

    def say(self, line):
        self.process.stdin.write(line + "\n")
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        return self.process.wait(60)

    def connect(self, receive=None):
        s = socket.socket()
        if receive:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        s.settimeout(20)
        s.connect(("127.0.0.1", self.port))
        return s

    def request(self, method="GET", path="/", body=None, host=None, cookie=None, close=True, **more):
        """The bytes of a request, as a page's are unless told otherwise; False leaves a header out."""
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [] if host is False else [f"Host: {host or self.host}"]
        lines += [] if cookie is False else [f"Cookie: {cookie or self.cookie}"]
        lines += ["Connection: close"] if close else []
        if body is not None:
            more = {"Content_Type": "application/json", "Content_Length": len(body), **more}
        lines += [f"{k.replace('_', '-')}: {v}" for k, v in more.items() if v is not None]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")

    def exchange(self, *parts, half_close=False):
        """What comes back for these bytes, sent one after the other."""
        s = self.connect()
        raw = bytearray()
        try:
            for part in parts:
                s.sendall(part)
            if half_close:
                s.shutdown(socket.SHUT_WR)
            while more := s.recv(1 << 16):
                raw += more
        except TimeoutError:
            failed.append(f"neither answered nor dropped: {b''.join(parts)[:300]}")
        except OSError:  # dropped in the midst
            pass
        s.close()
        return Answer(bytes(raw))

    def ask(self, *args, **more):
        return self.exchange(self.request(*args, **more))

    def stream(self, receive=None):
        s = self.connect(receive)
        s.sendall(self.request(path="/stream", close=False))
        return s

    def memory(self):
        """Resident, in KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


SAFE = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer",
        "cache-control": "no-store", "cross-origin-resource-policy": "same-origin"}


def check_headers(what, a):
    for name, value in SAFE.items():
        check(f"{what}: {name}", a.headers.get(name) == value, a.headers)
    policy = a.headers.get("content-security-policy", "")
    check(f"{what}: policy", policy.startswith("default-src 'self';") and "unsafe" not in policy and
          "frame-ancestors 'none'" in policy, policy)
    check(f"{what}: nothing for other origins", not any(h.startswith("access-control") for h in a.headers), a.headers)


def refused(what, a, *statuses):
    check(what, a.status in statuses, a.raw)
    check(f"{what}: says nothing of what it has", b"secret" not in a.raw and b"stylesheet" not in a.raw, a.raw)
    if a.status and b"<html><head><title>" not in a.raw:  # libmicrohttpd's own
        check_headers(what, a)


# ------------------------------------------------------------------------------ who may ask
def test_token(s):
    for path in ("/", "/main.js", "/block/0/state", "/file/0/metrics.jsonl", "/stream", "/nothing"):
        refused(f"{path} without a cookie", s.ask(path=path, cookie=False), 403)
    refused("a command without a cookie", s.ask("POST", "/do", b'{"run":0}', cookie=False), 403)
    other = "0" * 32 if s.token[0] != "0" else "1" * 32
    last = s.token[:-1] + ("0" if s.token[-1] != "0" else "1")
    for what, token in (("wrong", other), ("wrong at its end", last), ("short", s.token[:-1]), ("long", s.token + "0"),
                        ("empty", ""), ("loud", s.token.upper() + "g"), ("escaped", f"%{ord(s.token[0]):02x}" + s.token[1:]),
                        ("ended", s.token + "%00")):
        refused(f"a token that is {what}", s.ask(path=f"/?token={token}", cookie=False), 403)
        refused(f"a cookie that is {what}", s.ask(cookie=f"amine-{s.port}={token}"), 403)
    for query in (f"token={s.token}&token={s.token}", f"token={s.token}&a=1", f"a=1&token={s.token}"):
        refused(f"/?{query}", s.ask(path=f"/?{query}", cookie=False), 400)
    refused("the token elsewhere", s.ask(path=f"/block/0/state?token={s.token}", cookie=False), 403)
    refused("the token by POST", s.ask("POST", f"/?token={s.token}", b"{}", cookie=False), 403)
    refused("a cookie of another port", s.ask(cookie=f"amine-{s.port + 1}={s.token}"), 403)
    refused("a cookie of another name", s.ask(cookie=f"xamine-{s.port}={s.token}"), 403)
    a = s.ask(path=f"/?token={s.token}", cookie=False)
    check("the token", a.status == 303 and a.headers["location"] == "/" and not a.body, a.raw)
    check("its cookie", a.headers.get("set-cookie") == f"{s.cookie}; HttpOnly; SameSite=Strict; Path=/", a.raw)
    check_headers("the token", a)
    for cookie in (s.cookie, f"a=1; {s.cookie}", f"{s.cookie}; b=2", f"amine-{s.port}=no;{s.cookie};c="):
        check(f"with {cookie}", s.ask(cookie=cookie).status == 200)
    refused("two cookie headers", s.exchange(s.request().replace(b"Connection", b"Cookie: a=1\r\nConnection")), 400)


def test_origin(s):
    here, by_name = f"http://127.0.0.1:{s.port}", f"http://localhost:{s.port}"
    command = ("POST", "/do", b'{"run":1,"do":"go"}')
    check("no origin", s.ask(*command).status == 202)
    check("our origin", s.ask(*command, Origin=here, Sec_Fetch_Site="same-origin").status == 202)
    check("our other name", s.ask(*command, host=f"localhost:{s.port}", Origin=by_name).status == 202)
    check("by hand", s.ask(*command, Sec_Fetch_Site="none").status == 202)
    taken = [s.say("take 1") for _ in range(5)]
    check("four commands came in", taken == ['{"run":1,"do":"go"}'] * 4 + [""], taken)
    for origin in ("http://evil.com", "null", f"https://127.0.0.1:{s.port}", f"http://127.0.0.1:{s.port + 1}",
                   "http://127.0.0.1", f"{here}.evil.com", f"{here}/", f"http://evil.com:{s.port}", "", by_name, here.upper(),
                   f"{here} {here}", "file://"):
        refused(f"a command from {origin!r}", s.ask(*command, Origin=origin), 403)
        refused(f"a block for {origin!r}", s.ask(path="/block/0/state", Origin=origin), 403)
        refused(f"a stream for {origin!r}", s.ask(path="/stream", Origin=origin), 403)
    for site in ("cross-site", "same-site", "", "None", "same-origin, none"):
        refused(f"a command from {site!r}", s.ask(*command, Sec_Fetch_Site=site), 403)
        refused(f"a block for {site!r}", s.ask(path="/block/0/state", Sec_Fetch_Site=site), 403)
    check("a link elsewhere may lead to the page", s.ask(Sec_Fetch_Site="cross-site").status == 200)
    for host in ("evil.com", f"evil.com:{s.port}", "127.0.0.1", f"127.0.0.1:{s.port + 1}", f"localhost.:{s.port}", "localhost",
                 f"[::1]:{s.port}", f"LOCALHOST:{s.port}", f"127.0.0.1:0{s.port}", f"127.0.0.2:{s.port}", f"0.0.0.0:{s.port}",
                 f"127.1:{s.port}", f"{s.host}.evil.com", f"evil.com#{s.host}", f"user@{s.host}", f"{s.host}, {s.host}",
                 f"localhost:{s.port}\t.evil.com"):
        refused(f"a block under {host}", s.ask(path="/block/0/state", host=host), 403)
        refused(f"the token under {host}", s.ask(path=f"/?token={s.token}", host=host, cookie=False), 403)
        refused(f"a command under {host}", s.ask(*command, host=host), 403)
    refused("no host", s.ask(host=False), 400)
    refused("an empty host", s.exchange(s.request(host="x").replace(b"Host: x", b"Host:")), 403, 400)
    refused("two hosts", s.exchange(s.request().replace(b"Cookie", f"Host: {s.host}\r\nCookie".encode())), 400)
    old = s.request().replace(b"HTTP/1.1", b"HTTP/1.0")
    check("HTTP/1.0", s.exchange(old).status == 200)
    refused("no host in HTTP/1.0", s.exchange(s.request(host=False).replace(b"HTTP/1.1", b"HTTP/1.0")), 403)
    refused("another's URL", s.ask(path=f"http://evil.com:{s.port}/"), 404, 400)
    check("none of these came in", s.say("take 1") == "")


# ------------------------------------------------------------------------------ what a page gets
def test_page(s):
    for path, kind in (("/", "text/html; charset=utf-8"), ("/live.css", "text/css; charset=utf-8"),
                       ("/main.js", "text/javascript; charset=utf-8")):
        a = s.ask(path=path)
        check(path, a.status == 200 and a.headers["content-type"] == kind and len(a.body) > 0, a.raw)
        check_headers(path, a)
    check("by its other name", s.ask(host=f"localhost:{s.port}").status == 200)
    for path in ("/live", "/index", "/live.css/", "//", "/LIVE.JS", "/../main.js", "/%6cive.js", "/main.js%00", "/block", "/block/",
                 "/file", "/page/index.html", "/.", "*"):
        refused(path, s.ask(path=path), 404, 400)
    for method in ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "get", "POSTER"):
        a = s.ask(method, "/block/0/state")
        check(f"{method}", a.status == 405 and b"secret" not in a.raw, a.raw)
    refused("the page by POST", s.ask("POST", "/", b"{}"), 405)
    refused("a block by POST", s.ask("POST", "/block/0/state", b"{}"), 404, 405)
    a = s.ask(path="/do")
    check("a command by GET", a.status == 405 and a.headers["allow"] == "POST", a.raw)
    refused("a body to GET", s.ask("GET", "/", b"{}"), 400)


def test_block(s):
    first = int(s.say('put 0 state {"secret":1}').split()[1])
    a = s.ask(path="/block/0/state")
    check("a block", a.status == 200 and a.body == b'{"secret":1}' and a.headers["x-version"] == str(first), a.raw)
    check("is JSON", a.headers["content-type"] == "application/json", a.raw)
    check_headers("a block", a)
    check("or a list", s.say("put 0 list [1]") and s.ask(path="/block/0/list").headers["content-type"] == "application/json")
    a = s.ask(path=f"/block/0/state?after={first}")
    check("none is newer", a.status == 204 and not a.body, a.raw)
    check_headers("none is newer", a)
    check("after the one before", s.ask(path=f"/block/0/state?after={first - 1}").status == 200)
    second = int(s.say("put 0 state now").split()[1])
    a = s.ask(path=f"/block/0/state?after={first}")
    check("one is newer", a.status == 200 and a.body == b"now" and a.headers["x-version"] == str(second), a.raw)
    check("is bytes", a.headers["content-type"] == "application/octet-stream", a.raw)
    s.say("put 0 empty ")
    a = s.ask(path="/block/0/empty")
    check("an empty one", a.status == 200 and a.body == b"" and int(a.headers["x-version"]) == second + 1, a.raw)
    s.say("put -1 runs {}")
    check("of the board", s.ask(path="/block/board/runs").body == b"{}")
    s.say(f"fill 0 large {9 * MIB}")
    check("a large one", s.ask(path="/block/0/large").body == b"x" * 9 * MIB)
    check("the farthest after", s.ask(path=f"/block/0/state?after={2**64 - 1}").status == 204)
    for after in ("", "-1", "+1", "x", "1x", "0x1", "1.0", "1e3", str(2**64), "9" * 40, "%31", "1%00", "%201", "1+1"):
        refused(f"after={after!r}", s.ask(path=f"/block/0/state?after={after}"), 400)
    for query in ("after=1&after=1", "from=1", "after", "after=0&x", "x=1"):
        refused(f"?{query}", s.ask(path=f"/block/0/state?{query}"), 400)
    for path in ("2/state", "2/", "1024/state", "99999999999/state", "-1/state", "+0/state", "0x0/state", "x/state", "/state", "0", "0//state", "0/state/",
                 "0/state/x", "boards/runs", "Board/runs", "0%2fstate", "0/../0/state", "00000000/state"):
        refused(f"/block/{path}", s.ask(path=f"/block/{path}"), 404)
    for name in ("", "nothing", "x" * 31, "x" * 32, "x" * 5000, "sta%74e", "state%00", "STATE"):
        a = s.ask(path=f"/block/0/{name}")
        check(f"no block {name[:40]}", a.status == 204, a.raw)


def test_file(s, folder):
    lines = b'{"secret":0}\n' * 10
    with open(f"{folder}/metrics.jsonl", "wb") as f:
        f.write(lines)
    a = s.ask(path="/file/0/metrics.jsonl")
    check("a file", a.status == 200 and a.body == lines and a.headers["x-size"] == str(len(lines)), a.raw)
    check_headers("a file", a)
    a = s.ask(path="/file/0/metrics.jsonl?from=13")
    check("from there on", a.status == 200 and a.body == lines[13:] and a.headers["x-size"] == str(len(lines)), a.raw)
    for at in (len(lines), len(lines) + 1, 2**63 - 1):
        a = s.ask(path=f"/file/0/metrics.jsonl?from={at}")
        check(f"from {at}", a.status == 200 and a.body == b"" and a.headers["x-size"] == str(len(lines)), a.raw)
    with open(f"{folder}/metrics.jsonl", "ab") as f:
        f.write(b"more")
    check("it grows", s.ask(path=f"/file/0/metrics.jsonl?from={len(lines)}").body == b"more")
    large = random.Random(1).randbytes(2 * MIB + 5)
    with open(f"{folder}/recording.npz", "wb") as f:
        f.write(large)
    pieces = b""
    for n in (MIB, MIB, 5, 0):
        a = s.ask(path=f"/file/0/recording.npz?from={len(pieces)}")
        check("a piece", len(a.body) == n and a.headers["x-size"] == str(len(large)), len(a.body), a.headers)
        pieces += a.body
    check("by pieces", pieces == large)
    for at in ("", "-1", "+1", "x", "0x1", "1.0", str(2**63), str(2**64), str(2**64 + 13), "9" * 40, "1%00", "%31"):
        refused(f"from={at!r}", s.ask(path=f"/file/0/metrics.jsonl?from={at}"), 400)
    for name in ("report.html", "checkpoint.safetensors", "secret", ".metrics.jsonl"):
        with open(f"{folder}/{name}", "wb") as f:
            f.write(b"secret")
        refused(f"/file/0/{name}", s.ask(path=f"/file/0/{name}"), 404)
    check("a file that may come yet", s.ask(path="/file/0/study.json").status == 204)
    os.symlink("/etc/passwd", f"{folder}/config.json")
    os.symlink(f"{folder}/metrics.jsonl", f"{folder}/events.jsonl")
    os.mkdir(f"{folder}/lines.json")
    os.mkfifo(f"{folder}/eval.json")
    for name in ("config.json", "events.jsonl", "lines.json", "eval.json", "", ".", "..", "../0/metrics.jsonl",
                 "./metrics.jsonl", "/metrics.jsonl", "%2e%2e/metrics.jsonl", "..%2fmetrics.jsonl", "..%2f..%2fetc%2fpasswd",
                 "../../../../../../etc/passwd", "/etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%252e%252e%252fetc", "metrics.jsonl%00",
                 "metrics.jsonl%00.html", "..\\metrics.jsonl", "metrics.jsonl/", "metrics.jsonl/..", "Metrics.jsonl",
                 "metrics.json", "metrics.jsonl.", "m%65trics.jsonl", "metrics.jsonl;x", "x" * 6000):
        refused(f"/file/0/{name[:60]}", s.ask(path=f"/file/0/{name}"), 404, 400, 414)
    for run in ("1", "2", "board", "-1", "0x0", ""):
        refused(f"/file/{run}/metrics.jsonl", s.ask(path=f"/file/{run}/metrics.jsonl"), 404)


# ------------------------------------------------------------------------------ commands
def test_commands(s):
    text = b'{"run": 0, "do":"clamp", "of":"dopamine",  "value":0.2}'
    a = s.ask("POST", "/do", text)
    check("a command", a.status == 202 and json.loads(a.body)["id"] > 0, a.raw)
    check_headers("a command", a)
    check("comes as it is", s.say("take 0") == text.decode())
    full = b'{"run":-1,"do":"' + b"x" * (4096 - 18) + b'"}'
    check("4096 bytes", len(full) == 4096 and s.ask("POST", "/do", full).status == 202)
    check("of the board", s.say("take -1") == full.decode())
    parts = s.request("POST", "/do", text)
    check("byte by byte", s.exchange(*(parts[k:k + 1] for k in range(len(parts)))).status == 202)
    check("comes too", s.say("take 0") == text.decode())
    check("charset", s.ask("POST", "/do", text, Content_Type="application/json; charset=utf-8").status == 202)
    check("expected", s.ask("POST", "/do", text, Expect="100-continue").status in (100, 202))
    check("these", [s.say("take 0") for _ in range(3)] == [text.decode()] * 2 + [""])

    for body in (b"", b"x", b"[]", b"0", b"null", b'"run"', b"{", b"{}", b'{"run":"0"}', b'{"run":null}', b'{"run":0.5}', b'{"run":1e0}',
                 b'{"run":2}', b'{"run":-2}', b'{"run":1024}', b'{"run":99999999999999999999}', b'{"run":4294967296}', b'{"run":0}x',
                 b'{"run":0,"run":0}', b'{"run":0,"a":"\xff"}', b'{"run":0,"a":"\0"}', b'\0{"run":0}', b'{"run":0}{"run":0}',
                 b'{"run":0,"a":' + b"[" * 2000 + b"]" * 2000 + b"}", b"[" * 4096, b'{"run":0,"a":[' + b"0," * 1500 + b"0]}",
                 b'{"run":0,"a":[[[[[[[[0]]]]]]]]}', b'{"a":{"run":0}}'):
        a = s.ask("POST", "/do", body)
        refused(f"the body {body[:30]}", a, 400)
        check(f"{body[:30]} has a sentence", set(json.loads(a.body)) == {"error"} and len(json.loads(a.body)["error"]) > 10, a.raw)
    refused("4097 bytes", s.ask("POST", "/do", b'{"run":0,"do":"' + b"x" * (4097 - 17) + b'"}'), 413)
    for length in (str(1 << 30), str(2**63), "4097"):
        refused(f"{length} bytes announced", s.exchange(s.request("POST", "/do", b"{", Content_Length=length)), 413)
    for length in ("-1", "x", "1 1", "0x10", "", str(2**64), "9" * 40, "+19", "19, 19"):
        refused(f"{length!r} bytes", s.ask("POST", "/do", text, Content_Length=length), 400, 411, 413)
    chunks = b"5\r\n{\"run\r\n4\r\n\":0}\r\n0\r\n\r\n"
    refused("in chunks", s.exchange(s.request("POST", "/do", chunks, Content_Length=None, Transfer_Encoding="chunked")), 411)
    refused("both", s.exchange(s.request("POST", "/do", chunks, Transfer_Encoding="chunked")), 411, 400)
    refused("without a length", s.exchange(s.request("POST", "/do", Content_Type="application/json")), 411)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", "", "json",
                 "text/plain; application/json", None):
        refused(f"as {kind}", s.ask("POST", "/do", text, Content_Type=kind), 415)
    for path in ("/do/", "/do/0", "/DO", "/block/0/state", "/nothing"):
        refused(f"to {path}", s.ask("POST", path, text), 404)
    check("none of these came in", s.say("take 0") == "" and s.say("take 1") == "" and s.say("take -1") == "")
    before = s.memory()
    for _ in range(500):
        s.ask("POST", "/do", b"{}")
    check("bodies are let go", SANITIZED or s.memory() - before < 1024, before, s.memory())
    answers = [s.ask("POST", "/do", b'{"run":1}').status for _ in range(257)]
    check("256 wait", answers == [202] * 256 + [503], answers[-3:])
    for _ in range(256):
        s.say("take 1")
    check("and there is room again", s.ask("POST", "/do", b'{"run":1}').status == 202 and s.say("take 1") == '{"run":1}')


# ------------------------------------------------------------------------------ streams
class Events:
    """Reads a stream of chunks as its events."""

    def __init__(self, connection):
        self.connection, self.raw, self.text = connection, b"", ""
        while b"\r\n\r\n" not in self.raw:
            self.more()
        head, _, self.raw = self.raw.partition(b"\r\n\r\n")
        self.answer = Answer(head + b"\r\n\r\n")

    def more(self):
        got = self.connection.recv(1 << 16)
        if not got:
            raise EOFError
        self.raw += got

    def next(self):
        """The data of the next event."""
        while "\n\n" not in self.text:
            while not (found := re.match(rb"([0-9a-fA-F]+)\r\n", self.raw)) or \
                    len(self.raw) < found.end() + int(found[1], 16) + 2:
                self.more()
            end = found.end() + int(found[1], 16)
            self.text += self.raw[found.end():end].decode()
            self.raw = self.raw[end + 2:]
        event, _, self.text = self.text.partition("\n\n")
        data = [line[6:] for line in event.split("\n") if line.startswith("data: ")]
        return json.loads(data[0]) if data else None


def version_of(said):
    return int(said.split()[1])


def test_streams(s):
    version_of(s.say("put 0 state 1"))
    begin = time.monotonic()
    stream = s.stream()
    events = Events(stream)
    check("a stream", events.answer.status == 200 and events.answer.headers["content-type"] == "text/event-stream", events.answer.raw)
    check_headers("a stream", events.answer)
    first = events.next()
    names = {(run, name) for run, name, _ in first["changed"]}
    check("what there is", {("0", "state"), ("board", "runs")} <= names, first)
    check("and how new", first["version"] == max(v for _, _, v in first["changed"]), first)
    check("a page", s.say("pages") == "1")
    n = 1
    for _ in range(5):
        version = version_of(s.say("put 1 state 2"))
        n += 1
        check("what is new", events.next() == {"version": version, "changed": [["1", "state", version]]})
    version = version_of(s.say("storm 0 state 20000 10"))
    while (event := events.next())["version"] < version:
        check("a storm", [e[:2] for e in event["changed"]] == [["0", "state"]], event)
        n += 1
    n += 1
    check("every 50 ms at most", n <= (time.monotonic() - begin) / 0.05 + 1, n)
    s.say("put -1 runs [0]")
    s.say("put 0 state 1")
    event = events.next()
    while len(event["changed"]) < 2 and event["changed"][0][1] != "state":
        event = events.next()
    check("of the board too", event["changed"][-1][:2] == ["0", "state"], event)
    stream.close()
    eventually("its page is gone", lambda: s.say("pages") == "0")

    streams = [Events(s.stream()) for _ in range(8)]
    check("eight pages", s.say("pages") == "8")
    refused("a ninth", s.ask(path="/stream"), 503)
    check("pages go on", s.ask().status == 200)
    for e in streams:
        e.next()
    version = version_of(s.say("put 0 state 3"))
    check("each is told", [e.next()["version"] for e in streams] == [version] * 8)
    for e in streams[:4]:  # four leave properly, four are killed
        e.connection.close()
    for e in streams[4:]:
        e.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        e.connection.close()
    eventually("all are gone", lambda: s.say("pages") == "0")


def test_slow(s):
    """Who does not read: puts go on, memory stays."""
    check("runs", s.say("runs 700") == "702")  # so that one event fills what a socket holds
    version_of(s.say(f"storm 0 large 100 {MIB}"))
    before = s.memory()
    slow = [s.stream(receive=4096) for _ in range(8)]
    eventually("they are there", lambda: s.say("pages") == "8")
    told = s.memory()
    puts = version_of(s.say("put 0 state 0"))
    version = version_of(s.say("storm 0 state 300000 50"))
    check("every put", version == puts + 300000, version)
    version = version_of(s.say(f"storm 0 large 500 {MIB}"))
    check("every large put", version == puts + 300500, version)
    after = s.memory()
    check("8 streams that nobody reads hold one event each", SANITIZED or after - before < 16 * 1024, before, told, after)
    check("a page in between", s.ask().status == 200)
    events = [Events(slow[0])]
    first = events[0].next()
    check("the first is whole", len(first["changed"]) > 700 * 16, len(first["changed"]))
    n, last = 0, first
    while last["version"] < version:
        last, n = events[0].next(), n + 1
        check("what is newest", {e[1] for e in last["changed"]} <= {"state", "large"}, last)
    check("and not what was between", n <= 3, n)
    slow[1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for k in slow:
        k.close()
    eventually("the slow are gone", lambda: s.say("pages") == "0")
    gone = s.memory()
    for _ in range(24):
        e = Events(s.stream())
        e.next()
        e.connection.close()
        eventually("one after the other", lambda: s.say("pages") == "0")
    check("events are let go", SANITIZED or s.memory() - gone < 4 * 1024, gone, s.memory())
    return before, after


def test_crowd(s):
    """Connections beyond 32 are closed at once; those before go on, and there is room again."""
    crowd = [s.connect() for _ in range(32)]
    for c in crowd[:3]:
        c.sendall(s.request(close=False))
        check("one of them", c.recv(15) == b"HTTP/1.1 200 OK")
    late = [s.exchange(s.request()) for _ in range(5)]
    check("the 33rd", [a.status for a in late] == [0] * 5, [a.raw for a in late])
    crowd[31].sendall(s.request())
    check("the 32nd", crowd[31].recv(15) == b"HTTP/1.1 200 OK")
    for c in crowd:
        c.close()
    eventually("there is room again", lambda: s.ask().status == 200)


def test_killed(s):
    """Clients that are killed in the midst."""
    s.say(f"fill 0 large {32 * MIB}")
    for k in range(24):
        c = s.connect(receive=4096)
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if k % 4 == 0:
            c.sendall(s.request(path="/block/0/large"))
            c.recv(1000)
        elif k % 4 == 1:
            c.sendall(s.request("POST", "/do", b'{"run":0', Content_Length=100))
        elif k % 4 == 2:
            c.sendall(s.request(path="/stream"))
            c.recv(10)
        else:
            c.sendall(s.request()[:k])
        c.close()
    s.say("put 0 large 0")
    before = s.memory()
    for _ in range(4):
        s.say(f"fill 0 large {32 * MIB}")
        check("it is whole for others", len(s.ask(path="/block/0/large").body) == 32 * MIB)
    s.say("put 0 large 0")
    check("blocks are let go", SANITIZED or s.memory() - before < 32 * 1024, before, s.memory())
    check("it goes on", s.ask().status == 200 and s.say("take 0") == "")


# ------------------------------------------------------------------------------ hostile
class Hostile:
    """Requests of a seeded generator, each with one thing at least that must be refused."""

    def __init__(self, server, seed):
        self.s, self.r = server, random.Random(seed)

    def junk(self, most):
        return self.r.randbytes(self.r.randrange(1, most)).replace(b"\n", b"?").replace(b"\r", b"?")

    def word(self, most=40):
        return "".join(self.r.choice("abcdefghijklmnopqrstuvwxyz0123456789-_.%/\\~") for _ in range(self.r.randrange(1, most)))

    def base(self, **changes):
        r = self.r
        target = r.choice((dict(path="/"), dict(path="/block/0/state"), dict(path="/file/0/metrics.jsonl"), dict(path="/stream"),
                           dict(method="POST", path="/do", body=b'{"run":0,"do":"stop"}')))
        extra = {f"X_{k}": self.word() for k in range(r.choice((0, 0, 1, 5, 40, 300)))}
        return self.s.request(**{**target, "close": r.random() < 0.7, **extra, **changes})

    def another_host(self):
        return self.base(host=self.r.choice(("evil.com", f"evil.com:{self.s.port}", "127.0.0.1", "localhost", f"[::1]:{self.s.port}",
                                             f"127.0.0.1:{self.r.randrange(65536 * 2) + 65536}", self.word(), self.word(3000))))

    def another_origin(self):
        return self.base(Origin=self.r.choice(("null", "http://evil.com", "http://127.0.0.1", f"http://127.0.0.1:{self.s.port ^ 1}",
                                               f"https://{self.s.host}", self.word(), f"http://{self.s.host}/")))

    def another_token(self):
        t = list(self.s.token)
        k = self.r.randrange(32)
        t[k] = self.r.choice([d for d in "0123456789abcdef" if d != t[k]])
        wrong = "".join(t)
        return self.base(cookie=self.r.choice((f"amine-{self.s.port}={wrong}", f"amine-{self.s.port}={wrong[:k]}", f"amine-0={self.s.token}",
                                               f"amine={self.s.token}", self.word(), "=" * self.r.randrange(1, 3000), self.s.token, False)))

    def another_method(self):
        method = self.r.choice(("PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "post", "G", "GET" * 500, self.word().upper()))
        return self.base(method=method, path=self.r.choice(("/", "/block/0/state", "/do")))

    def another_path(self):
        ups = self.r.choice(("../", "%2e%2e/", "..%2f", "%2e%2e%2f", "..\\", "....//", "%c0%ae%c0%ae/", "%252e%252e/", "./")) * self.r.randrange(1, 30)
        path = self.r.choice((f"/file/0/{ups}etc/passwd", f"/file/0/{ups}metrics.jsonl", f"/{ups}", f"/file/{self.word()}", f"/x/{self.word(5000)}",
                              "/file/0/metrics.jsonl%00", "/file/0/report.html", "/file/0/metrics.jsonl?from=-1", "/block/0/state?after=x",
                              f"/block/0/state?{self.word()}", f"/block/0/state?after={10 ** self.r.randrange(20, 300)}",
                              "/" + "a" * self.r.randrange(40000), f"/?token={self.word()}&x", "?", "*", f"//{self.s.host}/do"))
        return self.base(method="GET", path=path.replace(" ", ""), body=None)

    def another_body(self):
        body = self.r.choice((b"", self.junk(4000), b"[" * self.r.randrange(1, 4096), b"{" * self.r.randrange(1, 4096), b'{"run":0' + self.junk(50),
                              b'{"run":9}', b"x" * self.r.randrange(4097, 70000), b'{"run":"' + self.junk(200)))
        more = self.r.choice(({}, {}, {"Content_Type": self.word()}, {"Content_Length": self.r.choice(("-1", "1" * 30, "1e3", "4097", 1 << 30))},
                              {"Transfer_Encoding": "chunked"}, {"Transfer_Encoding": "chunked", "Content_Length": None}))
        return self.base(method="POST", path="/do", body=body, **more)

    def another_frame(self):
        r = self.r
        good = self.base(cookie=r.choice((None, False)))
        head, _, body = good.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        k = r.randrange(6)
        if k == 0:
            lines[0] = r.choice((b"", self.junk(3000), b"GET", b"GET /", b"GET / HTTP/9.9", b"GET  / HTTP/1.1 x", b"\0" * 50, b"GET / FTP/1.1",
                                 b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0"))
        elif k == 1:
            lines.insert(1, b"Host: evil.com")
        elif k == 2:
            lines += [b"X-" + bytes(str(j), "ascii") + b": " + b"y" * r.randrange(200) for j in range(r.choice((400, 1500)))]
        elif k == 3:
            lines += [b"X: " + b"z" * r.randrange(40000, 200000)]
        elif k == 4:
            lines.insert(1, r.choice((b"Cookie: a=1", b"Origin: http://\0", b"Host: \0", b"Content-Length: 5\r\nContent-Length: 6", b"Cookie: \0")))
            lines.insert(1, b"Origin: null")
        else:
            return self.junk(r.choice((10, 1000, 60000))) + r.choice((b"", b"\r\n\r\n", b"\n\n"))
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    def next(self):
        kind = self.r.choice((self.another_host, self.another_origin, self.another_token, self.another_method, self.another_path,
                              self.another_body, self.another_frame))
        raw = kind()
        cuts = sorted(self.r.randrange(len(raw) + 1) for _ in range(self.r.choice((0, 0, 1, 5))))
        return kind.__name__, [raw[a:b] for a, b in zip([0] + cuts, cuts + [len(raw)])]


def test_hostile(s, n):
    hostile = Hostile(s, 2026)
    slow, seen, kinds = [], {}, {}

    def drip():  # some are never finished: a byte now and then, 20 at a time
        if len(slow) < 20:
            slow.append([s.connect(), b"".join(hostile.next()[1])[:-3], 0])
        for one in slow:
            connection, raw, at = one
            try:
                connection.send(raw[at:at + 1])
            except (ConnectionResetError, BrokenPipeError):
                at = len(raw)
            one[2] = at + 1
        for one in [x for x in slow if x[2] > 120 or x[2] >= len(x[1])]:
            one[0].close()
            slow.remove(one)

    for k in range(n):
        kind, parts = hostile.next()
        a = s.exchange(*parts, half_close=True)
        seen[a.status] = seen.get(a.status, 0) + 1
        kinds.setdefault(kind, set()).add(a.status)
        if a.status and not 400 <= a.status < 500 and a.status != 505:
            failed.append(f"hostile {k}, {kind}: {a.status} for {b''.join(parts)[:500]!r}")
        drip()
    for one in slow:
        one[0].close()
    check("refused by us, not dropped alone", seen.get(403, 0) > n / 5, seen)
    check("no command came of it", s.say("take 0") == "" and s.say("take 1") == "" and s.say("take -1") == "")
    check("a friend", s.ask().status == 200 and s.ask("POST", "/do", b'{"run":0}').status == 202 and s.say("take 0") == '{"run":0}')
    return seen


# ------------------------------------------------------------------------------ all of it
def test_starts(s, folder):
    taken = Server(folder, s.port)
    check("a port that is taken", taken.url == f"failed: port {s.port} is taken", taken.url)
    check("a port of the system's", Server(folder, 80).url.startswith("failed: port 80: 1024 to 65535"))
    for x in (taken,):
        x.process.wait(60)
    other = Server(folder)
    check("two have two tokens", other.token != s.token and other.port != s.port, other.url)
    refused("the token of another", s.ask(path=f"/?token={other.token}", cookie=False), 403)
    check("nobody looks", other.say("watched") == "0")
    looks = Events(other.stream())
    check("a page looks", looks.next() and other.say("watched") == "1")
    looks.connection.close()
    eventually("and does no more", lambda: other.say("watched") == "0")
    streams = [Events(other.stream()) for _ in range(3)]
    large = other.connect()
    other.say(f"fill 0 large {32 * MIB}")
    large.sendall(other.request(path="/block/0/large"))
    check("ends with pages open", large.recv(10) != b"" and other.end() == 0)
    for e in streams:
        e.connection.close()


def main():
    folder = tempfile.mkdtemp()
    s = Server(folder)
    idle, files = s.memory(), s.files()
    test_starts(s, folder)
    test_token(s)
    test_origin(s)
    test_page(s)
    test_block(s)
    test_file(s, folder)
    test_commands(s)
    test_streams(s)
    test_hostile(s, 100)  # what memory is kept for the next ones is there then
    before = s.memory()
    seen = test_hostile(s, 1000)
    after = s.memory()
    check("memory after 1000 hostile requests, in KiB", SANITIZED or after - before < 1024, before, after)
    eventually("all have left", lambda: s.files() == files)
    test_crowd(s)
    test_killed(s)
    slow = test_slow(s)
    eventually("every file is closed", lambda: s.files() == files)
    check("at its end", s.end() == 0)
    shutil.rmtree(folder)
    print(f"KiB: {idle} idle; {before} and, after 1000 hostile requests ({seen}), {after}; {slow[0]} and, with 8 streams, {slow[1]}")
    print("\n".join(failed) or "all fine")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
