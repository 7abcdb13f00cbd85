#!/usr/bin/env python3
"""amine simulate as a user meets it: test_simulate.py PATH_OF_AMINE [PART ...]

Shares the tools of test_cli.py. Tried are: every file that a run makes, read by an independent reader
(and by numpy where there is one); the same bytes after interruptions, kill -9, on any number of threads
and with every instruction set; tables; what is wrong in options and files; comparisons over seeds; the
report; progress."""
import ast
import gzip
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import zipfile

sys.dont_write_bytecode = True  # nothing is left beside the sources
import test_cli as cli
from test_cli import check, expect, read, run, write

BRIEF = ["duration_s=1", "threads=1", "areas.V1_like.neuron_density=0.01", "record.window_s=0.5"]
LONGER = ["duration_s=20", "threads=1", "checkpoint_every_s=0.7"]
FILES = ["checkpoint.safetensors", "config.json", "explain.json", "metrics.jsonl", "protocol.json",
         "recording.npz", "report.html", "spikes.gdf"]


# ------------------------------------------------------------------------------------ readers
def arrays(path):
    """The arrays of an NPZ archive, flat, with their shapes: name -> (dtype, shape, values)."""
    out = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            size = struct.unpack("<H", data[8:10])[0]
            head = ast.literal_eval(data[10:10 + size].decode())
            count = 1
            for n in head["shape"]:
                count *= n
            form = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "|u1": "B"}[head["descr"]]
            values = struct.unpack(f"<{count}{form}", data[10 + size:])
            out[name[:-4]] = (head["descr"], head["shape"], values)
    return out


def names(array):
    _, (n, width), values = array
    return [bytes(values[k * width:(k + 1) * width]).rstrip(b"\0").decode() for k in range(n)]


def spikes(path):
    """spikes.gdf as neo's reader takes it: a number and a time in ms on each line."""
    out = []
    with open(path) as f:
        for line in f:
            neuron, ms = line.split("\t")
            out.append((int(neuron), float(ms)))
    return out


def tensors(path):
    data = read(path)
    n = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + n])
    meta = header.pop("__metadata__")
    end = max(t["data_offsets"][1] for t in header.values())
    check(path, end == len(data) - 8 - n, "tensors that fill the file", (end, len(data) - 8 - n))
    return meta, header


def scalars(path):
    """Tags of the events of a TensorBoard file, after checking each record's length."""
    data, at, found = read(path), 0, {}
    while at < len(data):
        n = struct.unpack("<Q", data[at:at + 8])[0]
        event = data[at + 12:at + 12 + n]
        for tag in re.findall(rb"\n.(?:\n(.)([ -~]+?)\x15)", event):
            found[tag[1].decode()[:tag[0][0]]] = found.get(tag[1].decode()[:tag[0][0]], 0) + 1
        at += 16 + n
    check(path, at == len(data), "whole records", (at, len(data)))
    return found


def lines(folder):
    return [json.loads(line) for line in read(folder, "metrics.jsonl").splitlines()]


def same(what, folder, reference, *more):
    for name in ("checkpoint.safetensors", "spikes.gdf", "recording.npz") + more:
        a, b = read(folder, name), read(reference, name)
        at = next((k for k in range(min(len(a), len(b))) if a[k] != b[k]), min(len(a), len(b)))
        check(what, a == b, f"the same bytes in {name}", f"{len(a)} and {len(b)}, different at {at}")
    a, b = cli.metrics(folder), cli.metrics(reference)
    check(what, a == b, "the same numbers in metrics.jsonl", f"{len(a)} and {len(b)} lines")


# ------------------------------------------------------------------------------------ files
def test_files(d):
    folder = os.path.join(d, "run")
    r = expect(0, "simulate", "brain", *BRIEF, "--out", folder, "--json")
    result = json.loads(r.out)
    for key in ("status", "folder", "t_s", "rate_hz", "spikes", "excitation", "inhibition",
                "balance", "reward", "protocol", "measure", "report"):
        check("simulate --json", key in result, key, result)
    there = sorted(f for f in os.listdir(folder) if not f.startswith("events.out.tfevents."))
    check("a run's folder", there == FILES, FILES, there)
    config = json.loads(read(folder, "config.json"))
    check("config.json", config["areas"][0]["neuron_density"] == 0.01 and config["seed"] == 1 and
          config["record"]["window_s"] == 0.5 and config["protocol"]["type"] == "none" and
          config["clamp"]["dopamine"] == "none", "what was said, and what follows", config)

    npz = arrays(os.path.join(folder, "recording.npz"))
    sizes, first = npz["sizes"][2], npz["first"][2]
    check("first", list(first) == [sum(sizes[:k]) for k in range(len(sizes))], "counted through", first)
    check("population_names", names(npz["population_names"]) == list(result["rate_hz"]),
          list(result["rate_hz"]), names(npz["population_names"]))
    e, i = (list(npz[key][2]) for key in ("excitation", "inhibition"))
    check("excitation", e == list(result["excitation"].values()) and
          i == list(result["inhibition"].values()) and max(e) > 0, "what --json says", (e, i))
    check("balance", list(result["balance"].values()) == [b / a if a > 0 else None for a, b in zip(e, i)],
          "inhibition / excitation", result["balance"])
    everything = spikes(os.path.join(folder, "spikes.gdf"))
    counted = [sum(f <= i < f + n for i, _ in everything) for f, n in zip(first, sizes)]
    check("spikes.gdf", counted == list(result["spikes"].values()), result["spikes"], counted)
    check("spikes.gdf", all(a[1] <= b[1] for a, b in zip(everything, everything[1:])), "times that ascend",
          "others")
    recent = [(i, ms) for i, ms in everything if ms >= 500 - 1e-9]
    came = list(zip(npz["i"][2], (round(1000 * t, 6) for t in npz["t"][2])))
    check("recording.npz", came == recent, f"the {len(recent)} spikes since 0.5 s", f"{len(came)} spikes")
    check("v", npz["v"][1] == (len(npz["v_t"][2]), 8) and len(npz["v_i"][2]) == 8, "8 neurons", npz["v"][1])
    check("v_t", len(npz["v_t"][2]) == 1000 and abs(npz["v_t"][2][1] - 0.001) < 1e-9, "each ms of the last s",
          npz["v_t"][2][:3])
    check("levels", names(npz["level_names"])[0] == "dopamine" and npz["levels"][1][1] == 5 and
          all(0 <= x <= 1 for x in npz["levels"][2]) and max(npz["levels"][2][3::5]) > 0.6,
          "five levels, and acetylcholine moves", npz["levels"][1])
    n, plans = len(npz["events_t"][2]), names(npz["event_plans"])
    check("events", n > 10 and plans[0] == "sight" and plans[-1] == "day" and
          npz["events_before"][1] == npz["events_after"][1] == (n, 5) and
          all(0 <= source < len(plans) for source in npz["events_source"][2]) and
          npz["events_before"][2] != npz["events_after"][2], "events that move levels", (n, plans))
    learning = len(npz["projection_names"][2]) and names(npz["projection_names"])
    check("projections", learning == list(lines(folder)[0]["weight"]), "those of metrics.jsonl", learning)
    n = npz["weight_before"][1][1]
    for k, count in enumerate(npz["synapses"][2]):
        for key in ("weight_before", "weight_after"):
            all_of = sum(npz[key][2][k * n:(k + 1) * n])
            check(key, all_of == count, f"{count} synapses", all_of)
    last = npz["w"][1][0] - 1
    check("w", npz["w"][1][1] == len(npz["w_pre"][2]) == len(npz["w_post"][2]) and
          abs(npz["w_t"][2][last] - 1) < 1e-9, "followed to the end", npz["w_t"][2][last])

    found = lines(folder)
    check("metrics.jsonl", [li["iteration"] for li in found] == list(range(1, 11)), "ten slices", found[-1])
    for p, (f, n) in enumerate(zip(first, sizes)):
        for k, li in enumerate(found):
            wanted = sum(f <= i < f + n and 100 * k <= ms + 1e-6 < 100 * (k + 1)
                         for i, ms in everything) / n / 0.1
            came = list(li["rate_hz"].values())[p]
            check(f"rate of population {p} in slice {k}", abs(came - wanted) < 1e-4, wanted, came)
    events = scalars(next(os.path.join(folder, f) for f in os.listdir(folder) if "tfevents" in f))
    check("events", events.get("rate_hz/V1_like") == 10 and events.get("level/dopamine") == 10 and
          events.get("reward") == 10, "ten of each", events)
    meta, header = tensors(os.path.join(folder, "checkpoint.safetensors"))
    check("checkpoint", json.loads(meta["simulation"])["dt_ms"] == 1 and "threads" not in
          json.loads(meta["simulation"]) and "run.marks" in header and "step" in header,
          "the state and its configuration", sorted(header)[:5])
    with_numpy(folder)


def with_numpy(folder):
    code = """
import json, sys
import numpy
folder = sys.argv[1]
z = numpy.load(folder + "/recording.npz", allow_pickle=False)
for name in z.files:
    a = z[name]
    assert a.dtype != object and a.size >= 0, name
    assert a.dtype.kind != "f" or numpy.isfinite(a).all(), name
assert bytes(z["population_names"][0]).rstrip(b"\\0").decode() == "V1_like"
g = numpy.loadtxt(folder + "/spikes.gdf", delimiter="\\t")
recent = g[g[:, 1] >= 500 - 1e-9]
assert (recent[:, 0] == z["i"]).all() and numpy.allclose(recent[:, 1], 1000 * z["t"])
data = open(folder + "/checkpoint.safetensors", "rb").read()
n = int.from_bytes(data[:8], "little")
types = {"F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "U64": "<u8", "U8": "u1", "BOOL": "?"}
for name, t in json.loads(data[8:8 + n]).items():
    if name != "__metadata__":
        a, b = t["data_offsets"]
        x = numpy.frombuffer(data[8 + n + a:8 + n + b], types[t["dtype"]]).reshape(t["shape"])
        assert x.dtype.kind != "f" or numpy.isfinite(x).all(), name
"""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import numpy"], capture_output=True).returncode == 0:
            p = subprocess.run([python, "-c", code, folder], capture_output=True)
            check("numpy", p.returncode == 0, "every file opened", p.stderr.decode()[-500:])
            return
    print("skipped: there is no numpy, files are read by this test alone")


def test_switches(d):
    """Less is recorded where less is wanted."""
    folder = os.path.join(d, "less")
    expect(0, "simulate", "brain", *BRIEF, "record.spikes=false", "record.voltages=0", "record.synapses=0",
           "record=0.5", "--out", folder, "--quiet", "--no-report")
    npz = arrays(os.path.join(folder, "recording.npz"))
    there = sorted(os.listdir(folder))
    check("record.spikes=false", "spikes.gdf" not in there and "i" not in npz, "no spikes", there)
    check("record.voltages=0", "v" not in npz, "no voltages", sorted(npz))
    check("record.synapses=0", "w" not in npz and "weight_after" in npz, "no single synapses", sorted(npz))
    check("record=0.5", [li["iteration"] for li in lines(folder)] == [5, 10], "two lines", lines(folder))
    expect(0, "resume", folder, "duration_s=1.5", "--quiet")
    check("--quiet", read(folder, "report.html"), "a report", "none")


def test_explain(d):
    """What the chemistry did around events, from the recording; and what is not a brain's."""
    folder = os.path.join(d, "explained")
    expect(0, "simulate", "reinforcement", "duration_s=12", "threads=1", "--out", folder, "--quiet", "--no-report")
    r = expect(0, "explain", folder)
    check("explain", "dopamine, level of this chemical system: mean 0." in r.out and "reward " in r.out, "levels", r)
    result = json.loads(expect(0, "explain", folder, "seeds=0", "--json").out)
    check("explain seeds=0 --json", result == json.loads(read(folder, "explain.json")), "the file's", result)
    came = {e["name"]: e for e in result["signals"][0]["events"]}
    check("explain: rewards", came["reward"]["n"] > 0 and came["reward"]["mean"][5] > result["signals"][0]["mean"],
          "dopamine rises with a reward", came["reward"])
    expect(0, "report", folder, "--quiet")
    check("report, explained", b"What the modulator does" in read(folder, "report.html"), "a section", "none")
    expect(2, "explain", folder, "episodes=3", says="episodes=3: of a simulation")
    expect(2, "explain", folder, "seeds=1001", says="a whole number from 0 to 1000")
    # a level that is held costs what amine simulate measures with it clamped
    told = expect(0, "explain", folder, "threads=1", "--quiet")
    check("explain, held", "held at 0.5" in told.out and "no interval is known" in told.out, "a table", told)
    compared = os.path.join(d, "explained-beside")
    beside = expect(0, "simulate", "reinforcement", "duration_s=12", "seeds=3", "threads=2", "--json", "--quiet",
                    "--no-report", "--out", compared)
    beside = {m["name"]: m for m in json.loads(beside.out)["measures"]}
    expect(0, "explain", folder, "seeds=3", "--quiet", "--out", os.path.join(folder, "explain.json"))
    dopamine = json.loads(read(folder, "explain.json"))["signals"][0]
    for one in dopamine["held"]:
        m = beside[one["measure"]]
        for mine, other, sign in (("free", "free", 1), ("value", "control", 1), ("difference", "difference", -1)):
            check(f"explain, {one['measure']} {mine}", abs(one[mine] - sign * m[other]["mean"]) < 1e-12, m[other], one)
        check("explain, interval", abs(one["difference_half"] - m["difference"]["ci95"]) < 1e-12, m["difference"], one)
    check("explain, what is lost", len(dopamine["held"]) > 8, "all measures of the protocol", dopamine["held"])
    expect(0, "report", folder, "--quiet")
    page = read(folder, "report.html")
    check("report, held", b"3 lives each" in page and b"held at 0.50" in page, "a table of it", "none")
    expect(2, "explain", os.path.join(folder, "checkpoint.safetensors"), says="is not the folder of a simulation")


# ------------------------------------------------------------------------------------ tables
def test_tables(d):
    listed = json.loads(expect(0, "list", "--json").out)
    check("amine list brains", "brain" in [b["name"] for b in listed["brains"]], "brain",
          listed["brains"])
    check("amine list presets", "brain" not in [p["name"] for p in listed["presets"]], "training alone",
          listed["presets"])
    for kind, known in (("protocols", "none"), ("neurons", "lif"), ("synapses", "stdp")):
        check(f"amine list {kind}", known in [i["name"] for i in listed[kind]], known, listed[kind])
        check(f"amine list {kind}", all(i["meaning"] for i in listed[kind]), "a meaning", listed[kind])
    text = run("show", "brain", env=cli.environment(**cli.WIDE)).out
    for key in ("seed", "duration_s", "record.window_s", "protocol.type", "clamp.orexin",
                "areas.V1_like.coord_ranges.x", "inputs.V1_like.rate_hz"):
        check("amine show brain", re.search(rf"^. {re.escape(key)} ", text, re.M), key, text[:500])
    marked = [li.split()[1] for li in run("show", "brain", "seed=2").out.splitlines()
              if li.startswith("* ") and "differs" not in li and "." not in li.split()[1]]
    check("amine show brain seed=2", marked == ["seed"], "a * at seed alone", marked)
    for brain in ("brain", "reinforcement", "vogels2011", "florian2007-xor"):
        out = run("show", brain).out
        wide = [line for line in out.splitlines() if len(line) > 80]
        check(f"amine show {brain}", not wide, "lines of at most 80 columns", wide)
        keys = [li for li in run("show", brain, env=cli.environment(**cli.WIDE)).out.splitlines()
                if re.match(r"[ *] [a-z]\w*[. ]", li) and "differs from" not in li]
        bare = [li for li in keys if len(re.split(r" {2,}", li[2:].rstrip())) < 3]
        check(f"amine show {brain}", len(keys) > 20 and not bare, "a meaning for every key", bare)
    for item in listed["protocols"]:
        check("amine list protocols", item["needs"].startswith("needs "), "what it needs", item)
    path = write(os.path.join(d, "mine.json"),
                 run("show", "brain", "clamp.dopamine=0.25", "--json").out.encode())
    a = json.loads(run("show", path, "--json").out)
    b = json.loads(run("show", "brain", "clamp.dopamine=0.25", "--json").out)
    check("show --json is a file to simulate", a == b, "the same", "others")
    for shell in ("bash", "zsh", "fish"):
        script = expect(0, "help", "--completion", shell).out
        for word in ("simulate", "record.window_s", "seeds", "clamp.norepinephrine"):
            check(f"completion of {shell}", word in script, word, "nothing about it")
    script = run("help", "--completion", "bash").out
    for words, wanted in ((("amine", "sim"), ["simulate"]), (("amine", "simulate", "bra"), ["brain", "brain-bandit", "brain-cart-pole", "brain-delayed-match"]),
                          (("amine", "train", "bra"), [""]),
                          (("amine", "simulate", "brain", "record.w"), ["record.window_s="]),
                          (("amine", "simulate", "brain", "protocol.type=non"), ["none"]),
                          (("amine", "simulate", "brain", "body.choice=soft"), ["softmax"]),
                          (("amine", "simulate", "brain", "task.arm"), ["task.arms="]),
                          (("amine", "simulate", "brain", "seed"), ["seed=", "seeds="])):
        came = cli.complete_bash(script, *words) or [""]
        check("bash completes " + " ".join(words), sorted(came) == wanted, wanted, came)
    page = expect(0, "help", "--man").out
    for key in ("record.voltage_s", "checkpoint_every_s", "spikes.gdf"):
        check("amine help --man", f"\\fB{key}\\fR" in page, key, "none")
    text = expect(0, "simulate", "--help").out
    check("simulate --help", "seeds" in text and "amine show brain" in text, "its keys", text)


# ------------------------------------------------------------------------------------ wrong
def test_words(d):
    for args, says in ((["simulate", "maze"], "amine train maze"),
                       (["train", "brain"], "amine simulate brain"),
                       (["simulate", "brian"], "did you mean brain?"),
                       (["simulate", "brain", "sede=3"], "did you mean seed?"),
                       (["simulate", "brain", "time=3"], "did you mean duration_s?"),
                       (["simulate", "brain", "record.windw_s=3"], "did you mean record.window_s?"),
                       (["simulate", "brain", "clamp.serotonine=3"], "did you mean clamp.serotonin?"),
                       (["simulate", "together", "protocol.stps=3"], "did you mean protocol.steps?"),
                       (["simulate", "brain", "plasticity.rul=3"], "did you mean plasticity.rule?"),
                       (["simulate", "reinforcement", "populations.cue.tau=3"],
                        "did you mean populations.cue.values.tau_m_ms?"),
                       (["simulate", "reinforcement", "populations.cue.values.tau=3"],
                        "did you mean populations.cue.values.tau_m_ms?"),
                       (["simulate", "reinforcement", "populations.cue.initial.vv=3"],
                        "did you mean populations.cue.initial.v?"),
                       (["simulate", "reinforcement", "populations.cue.initial.v=2e6"],
                        "populations.cue.initial.v=2000000"),
                       (["simulate", "brain", "populations.E.n=3"], "populations.E.n"),
                       (["simulate", "brain", "seeds=0"], "seeds=0: it must be"),
                       (["simulate", "brain", "seeds=2", "clamp.dopamine=2"], "clamp.dopamine=2"),
                       (["simulate", d + "/"], "is a folder")):
        expect(2, *args, says=says)
    for args in (["simulate"], ["simulate", ""], ["simulate", "brain", "brain"], ["simulate", "brain", "=3"],
                 ["simulate", "brain", "x" * 100000 + "=3"], ["simulate", "brain", "seed=" + "9" * 100000],
                 ["simulate", "brain", "areas.V1_like.neuron_density=" + "9" * 100000],
                 ["simulate", "brain", "plasticity.rule=" + "[" * 100000]):
        expect(2, *args, "--out", os.path.join(d, "none")) if len(args) > 2 else expect(2, *args)
    check("nothing was made", not os.path.exists(os.path.join(d, "none")), "no folder", "one")
    for value in ("initial.v=-60", "initial.v.uniform=[-70,-60]"):
        text = expect(0, "show", "reinforcement", "populations.cue." + value).out
        check("amine show ... " + value, "populations.cue." + value.split("=")[0] in text, "the key", text)
    keys = [li[2:].split(" ")[0] for li in run("show", "brain", env=cli.environment(**cli.WIDE)).out.splitlines()
            if re.match(r"[ *] [a-z]\w*[. ]", li) and "differs from" not in li]
    for key in keys:
        for value in ("", "0", "-1", "1e300", "nan", "true", "word", "[]", "{}", "9" * 70000):
            r = run("show", "brain", f"{key}={value}")
            name = f"amine show brain {key}={value[:20]}"
            check(name, r.code in (0, 2), "exit 0 or 2", r)
            if r.code == 2:
                check(name, key.split(".")[0] in r.err and len(r.err) < 2000, "the key in a sentence", r)


def test_bad_files(d):
    folder = os.path.join(d, "run")
    expect(0, "simulate", "brain", *BRIEF, "--out", folder, "--quiet", "--no-report")
    none = os.path.join(d, "none.json")
    broken = write(os.path.join(d, "broken.json"), b'{"areas": [')
    other = write(os.path.join(d, "other.json"), b'{"batch": 3}')
    wrong = write(os.path.join(d, "wrong.json"), b'{"populations": 3}')
    value = write(os.path.join(d, "value.json"), b'{"areas": [], "seed": "x"}')
    for path in (none, broken, other, wrong, value):
        expect(3, "simulate", path, "--out", os.path.join(d, "x"), says=path)
    for path in (none, broken, wrong, value):
        expect(3, "show", path, says=path)
    expect(3, "train", wrong, "--out", os.path.join(d, "x"), says="amine simulate")
    expect(2, "simulate", "brain", "--out", folder, says="already holds a run")
    expect(2, "eval", folder, says="is a simulation")
    expect(2, "resume", folder, "seed=2", says="seed=1 cannot be changed")
    expect(2, "resume", folder, "duration_s=0.5", says="already done")
    r = expect(0, "resume", folder, "--no-report", says="this run is complete")
    check("resume of a complete run", "duration_s=2" in r.err, "how to go further", r)
    whole = read(folder, "checkpoint.safetensors")
    for data in (b"", whole[:50], None, b"x" * 500, whole[:-1],
                 whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:]):
        copy = os.path.join(d, "copy")
        shutil.copytree(folder, copy)
        if data is None:
            os.remove(os.path.join(copy, "checkpoint.safetensors"))
        else:
            write(os.path.join(copy, "checkpoint.safetensors"), data)
        before = {f: read(copy, f) for f in os.listdir(copy)}
        expect(3, "resume", copy, "duration_s=2", says="checkpoint")
        after = {f: read(copy, f) for f in os.listdir(copy)}
        check("resume with a bad checkpoint", before == after, "the other files left alone", "changed")
        shutil.rmtree(copy)
    for name in ("metrics.jsonl", "spikes.gdf"):
        copy = os.path.join(d, "copy")
        shutil.copytree(folder, copy)
        write(os.path.join(copy, name), read(copy, name)[:-50])
        before = {f: read(copy, f) for f in os.listdir(copy)}
        expect(3, "resume", copy, "duration_s=2", says=name)
        check("resume with a short " + name, before == {f: read(copy, f) for f in os.listdir(copy)},
              "every file left alone", "changed")
        shutil.rmtree(copy)
    copy = os.path.join(d, "copy")
    shutil.copytree(folder, copy)
    write(os.path.join(copy, "recording.npz"), read(copy, "recording.npz")[:-9])
    expect(0, "report", copy, says="making the recording") # torn: it is made again
    check("recording.npz", read(copy, "recording.npz") == read(folder, "recording.npz"), "the same bytes", "others")
    shutil.rmtree(copy)
    taken = write(os.path.join(d, "taken"), b"")
    expect(1, "simulate", "brain", *BRIEF, "--out", os.path.join(taken, "x"), says=taken)
    with open("/dev/full", "wb") as full:
        expect(1, "simulate", "brain", *BRIEF, "--out", os.path.join(d, "full"), "--quiet", stdout=full,
               says="standard output")


def test_numbers(d):
    """Numbers that break end the run with exit code 4 and a sentence."""
    path = write(os.path.join(d, "wild.json"), json.dumps({
        "populations": [{"name": "E", "n": 10, "model": "izhikevich"}],
        "projections": [{"source": "E", "target": "E", "connect": "all", "weight": 1e6}],
        "inputs": [{"population": "E", "type": "current", "mean": 1e6, "noise": 1e6}],
        "duration_s": 5}).encode())
    r = run("simulate", path, "--out", os.path.join(d, "wild"), "--no-report", "--quiet")
    if r.code == 0:
        print("skipped: this brain's numbers do not break")
        return
    check("numbers that break", r.code == 4, "exit 4", r)
    check("numbers that break", "step" in r.err and "E" in r.err, "step and population named", r)


# ------------------------------------------------------------------------------------ the same bytes
def test_same_bits(d):
    reference = os.path.join(d, "reference")
    expect(0, "simulate", "brain", *BRIEF, "--out", reference, "--quiet", "--no-report")
    for n in (2, 3, 8):
        folder = os.path.join(d, f"threads{n}")
        expect(0, "simulate", "brain", *BRIEF, f"threads={n}", "--out", folder, "--quiet", "--no-report")
        same(f"threads={n}", folder, reference)
    for name in ("plain", "avx2", "avx512", "neon", "auto"):
        env = cli.environment(AMINE_KERNEL=name)
        if run("list", "tasks", env=env).code == 2:
            print(f"skipped: no {name} kernels here")
            continue
        folder = os.path.join(d, name)
        expect(0, "simulate", "brain", *BRIEF, "--out", folder, "--quiet", "--no-report", env=env)
        same(f"AMINE_KERNEL={name}", folder, reference)
    for at in (0.1, 0.4, 0.9):
        folder = os.path.join(d, f"part{at}")
        expect(0, "simulate", "brain", *BRIEF[1:], f"duration_s={at}", "--out", folder, "--quiet",
               "--no-report")
        expect(0, "resume", folder, "duration_s=1", "--quiet", "--no-report")
        same(f"resumed after {at} s", folder, reference)
    again = os.path.join(d, "again")
    expect(0, "simulate", os.path.join(reference, "config.json"), "--out", again, "--quiet", "--no-report")
    same("simulated from config.json", again, reference, "config.json")


def longer_reference(d):
    reference = os.path.join(d, "reference")
    if not os.path.exists(reference):
        expect(0, "simulate", "brain", *LONGER, "--out", reference, "--quiet", "--no-report")
    return reference


def test_signals(d):
    reference = longer_reference(d)
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        folder = os.path.join(d, f"stopped {number}")
        p = cli.start("simulate", "brain", *LONGER, "--out", folder, "--no-report", "--json")
        cli.wait_for_lines(p, folder, 5)
        p.send_signal(number)
        r = cli.finish(p)
        check(signal.Signals(number).name, r.code == code, f"exit {code}", r)
        check(signal.Signals(number).name, f"resume '{folder}'" in r.err, "how to go on", r)
        result = json.loads(r.out or "{}")
        check("--json of a stopped run", result.get("status") == "stopped" and
              result.get("signal") == number and result.get("t_s", 0) > 0.4, "status, signal, t_s", r)
        check("stopped", os.path.exists(os.path.join(folder, "recording.npz")), "a recording", "none")
        expect(0, "report", folder)
        expect(0, "resume", folder, "--quiet", "--no-report")
        same("stopped by " + signal.Signals(number).name, folder, reference)


def test_kill(d, times=4):
    """kill -9 at random moments, also before the first checkpoint; resume; the same bytes."""
    reference = longer_reference(d)
    began = time.time()
    expect(0, "simulate", "brain", *LONGER, "--out", os.path.join(d, "timed"), "--quiet", "--no-report")
    whole = time.time() - began
    for k in range(times):
        folder, kills, seed = os.path.join(d, f"killed{k}"), 0, random.randrange(1 << 30)
        moments = random.Random(seed)
        args = ["simulate", "brain", *LONGER, "--out", folder, "--quiet", "--no-report"]
        while kills < 4:
            p = cli.start(*args)
            time.sleep(moments.uniform(0, whole / 2) * (moments.random() ** 2))
            p.kill()
            p.communicate()
            kills += 1
            if os.path.exists(os.path.join(folder, "config.json")):
                args = ["resume", folder, "--quiet", "--no-report"]
        r = run(*args)
        if check(f"after kill -9 (seed {seed})", r.code == 0, "exit 0", r):
            same(f"killed {kills} times (seed {seed})", folder, reference)


# ------------------------------------------------------------------------------------ files that are named
DRIVEN = {"populations": [{"name": "S", "n": 3, "model": "spikes"}, {"name": "E.1", "n": 4, "model": "lif"}],
          "projections": [{"source": "S", "target": "E.1", "connect": "all", "weight": 20}],
          "duration_s": 0.5}


def driven(d, name, **source):
    model = dict(DRIVEN, inputs=[dict({"population": "S", "type": "spikes"}, **source)])
    return write(os.path.join(d, name), json.dumps(model).encode())


def test_inputs(d):
    """Spikes out of text, from the folder of the model; a run's folder carries its files, wherever it goes."""
    models = os.path.join(d, "models")
    os.mkdir(models)
    write(os.path.join(models, "cues.gdf"), b"0\t10.0\n2\t250.0\n1\t400.0\n")
    told = driven(models, "told.json", neurons=[0, 2, 1], times_ms=[10, 250, 400])
    path = driven(models, "cues.json", file="cues.gdf")
    reference, folder = os.path.join(d, "reference"), os.path.join(d, "run")
    expect(0, "simulate", told, "--out", reference, "--quiet", "--no-report")
    expect(0, "simulate", "cues.json", "--out", folder, "--quiet", cwd=models)
    check("spikes of a file", read(folder, "spikes.gdf") == read(reference, "spikes.gdf") and
          len(spikes(os.path.join(folder, "spikes.gdf"))) > 3, "those told one by one", read(folder, "spikes.gdf"))
    named = json.loads(read(folder, "config.json"))["inputs"][0]
    check("config.json", named["file"] == "inputs/cues.gdf" and len(named["checksum"]) == 8, "a copy", named)
    for name, text in (("blanks.txt", b"# cues\n0 10\n\n2 250.0 # late\n1 4e2\n"), ("commas.csv", b"0,10\n2, 250\n1,400"),
                       ("bom.txt", b"\xef\xbb\xbf0\t10\r\n2\t250\r\n1\t400\r\n")):
        write(os.path.join(models, name), text)
        expect(0, "simulate", driven(models, "text.json", file=name), "--out", folder + name, "--quiet", "--no-report")
        check(name, read(folder + name, "spikes.gdf") == read(reference, "spikes.gdf"), "the same spikes", "others")
    write(os.path.join(models, "times.txt"), b"10\n20.5\n")
    r = expect(0, "simulate", driven(models, "times.json", file="times.txt"), "--out", folder + "times", "--json",
               "--no-report")
    check("a text of times", json.loads(r.out)["spikes"]["S"] == 2, "two spikes of neuron 0", r)
    # the spikes of a run drive a population again: those of E.1, which are numbers 3 to 6
    again = dict(DRIVEN, populations=[{"name": "again", "n": 4, "model": "spikes"}], projections=[],
                 inputs=[{"population": "again", "type": "spikes", "file": "run/spikes.gdf", "first": 3}])
    r = expect(0, "simulate", write(os.path.join(d, "again.json"), json.dumps(again).encode()), "--out", folder + "again",
               "--json", "--no-report")
    check("spikes.gdf again", json.loads(r.out)["spikes"]["again"] == json.loads(expect(
        0, "resume", folder, "--json", "--quiet").out)["spikes"]["E.1"] and "of other neurons" in r.err,
        "as many, and the others named", r)
    # the folder goes elsewhere, and its models are gone
    shutil.rmtree(models)
    moved = os.path.join(d, "moved")
    os.rename(folder, moved)
    expect(0, "resume", "moved", "duration_s=0.8", "--quiet", "--no-report", cwd=d)
    os.mkdir(os.path.join(d, "else"))
    expect(0, "simulate", "../moved/config.json", "--out", "run", "--quiet", "--no-report", cwd=os.path.join(d, "else"))
    same("from config.json of a moved run", os.path.join(d, "else", "run"), moved, "config.json",
         os.path.join("inputs", "cues.gdf"))
    write(os.path.join(d, "else", "more.gdf"), b"0\t1.0\n")
    r = expect(0, "simulate", "../moved/config.json", "inputs.S.file=more.gdf", "--out", "more", "--json",
               "--no-report", cwd=os.path.join(d, "else"))
    check("inputs.S.file=more.gdf", json.loads(r.out)["spikes"]["S"] == 1, "found where it was typed", r)
    write(os.path.join(moved, "inputs", "cues.gdf"), b"0\t10.0\n")
    expect(3, "resume", moved, "duration_s=1", says="checksum")
    for text, says in ((b"0\tx\n", "line 1"), (b"0\t1\n0\n", "line 2 has 1 number"), (b"-1\t3\n", "line 1"),
                       (b"0\t1\t2\n", "line 1"), (b"3\t1\n", '"first"'), (b"0\t-1\n", "a time from 0"),
                       (gzip.compress(b"0\t1\n"), "gunzip"), (b"\0" * 50, "line 1")):
        write(os.path.join(d, "bad.gdf"), text)
        expect(3, "simulate", driven(d, "bad.json", file="bad.gdf"), "--out", os.path.join(d, "none"), says=says)
    picture = {"populations": [{"name": "P", "n": 4, "model": "lif"}],
               "inputs": [{"population": "P", "type": "image", "file": "digits.gz"}]}
    write(os.path.join(d, "digits.gz"), gzip.compress(b"\0\0\x08\x02\0\0\0\x02\0\0\0\x02abcd"))
    expect(3, "simulate", write(os.path.join(d, "picture.json"), json.dumps(picture).encode()), "--out",
           os.path.join(d, "none"), says="gunzip")


def test_names(d):
    """Names with dots and blanks can be changed; control characters never reach a terminal."""
    def model(name, **more):
        return write(os.path.join(d, "model.json"), json.dumps(dict(
            {"populations": [dict({"name": name, "n": 3, "model": "lif"}, **more)], "duration_s": 0.1}, **{})).encode())
    for name in ("L2.3", "a b", "n", "x/y", "L2.3.n", "values"):
        r = expect(0, "show", model(name), f"populations.{name}.n=7", "--json")
        check(f"populations.{name}.n=7", json.loads(r.out)["populations"][0]["n"] == 7, 7, r)
        r = expect(0, "show", model(name), f"populations.{name}.values.tau_m_ms=7", "--json")
        check(f"populations.{name}.values", json.loads(r.out)["populations"][0]["values"] == {"tau_m_ms": 7}, 7, r)
    for name in ("a\nb", "a\x1b[31m", "a\x7f", "a\x9b31m"):
        r = expect(3, "simulate", model(name), "--out", os.path.join(d, "none"), says="control characters")
        check(repr(name), not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", r.err), "nothing raw", r)
    r = expect(0, "simulate", model("E", values={"v_reset_mv": -40}), "--out", os.path.join(d, "reset"), "--no-report")
    check("v_reset above threshold", "E: v_reset_mv=-40 is not below v_threshold_mv=-50" in r.err, "a line", r)
    path = write(os.path.join(d, "izh.json"), json.dumps(
        {"dt_ms": 2, "populations": [{"name": "E", "n": 3, "model": "izhikevich"}], "duration_s": 0.1}).encode())
    r = expect(0, "simulate", path, "--out", os.path.join(d, "izh"), "--no-report")
    check("Izhikevich at 2 ms", "E: dt_ms=2: Izhikevich" in r.err, "a line", r)
    for text, says in (('{"populations": [{"name": "E", "n": "3", "model": "lif"}]}', 'n="3": it must be'),
                       ('{"populations": [{"name": "E", "n": 3, "model": "lif"}], "seed": "3"}', 'seed="3": it must be'),
                       ('{"populations": [{"name": "E", "n": 3, "model": "lif"}], "record": {"spikes": "true"}}',
                        "true or false")):
        expect(3, "show", write(os.path.join(d, "typed.json"), text.encode()), says=says)
    text = expect(0, "simulate", "--help").out
    check("simulate --help", "training" not in text, "nothing of training", text)


# ------------------------------------------------------------------------------------ seeds, report
def test_interventions(d):
    acts = os.path.join(d, "acts.jsonl")
    write(acts, b'{"step": 100, "do": "clamp", "of": "dopamine", "value": 0.9}\n'
                b'{"step": 250, "do": "lesion", "of": "V1_like"}\n'
                b'{"step": 730, "do": "heal", "of": "V1_like"}\n{"step": 800, "do": "learning", "value": 0}\n')
    lived, alone, again = (os.path.join(d, n) for n in ("lived", "alone", "lived-replay"))
    expect(0, "simulate", "brain", *BRIEF, "--quiet", "--no-report", "--out", alone)
    expect(0, "simulate", "brain", *BRIEF, "--quiet", "--no-report", "--out", lived, "--events", acts)
    check("--events", read(lived, "events.jsonl") == read(acts), "a copy in the folder", read(lived, "events.jsonl"))
    check("--events", read(lived, "checkpoint.safetensors") != read(alone, "checkpoint.safetensors"),
          "another run", "the same")
    level = [line["level"]["dopamine"] for line in lines(lived)]
    check("a level that is clamped", all(abs(x - 0.9) < 1e-6 for x in level[1:]), "0.9 from 0.1 s on", level)
    rate = [line["rate_hz"]["V1_like"] for line in lines(lived)]
    check("a population that is lesioned", rate[0] > 0 and rate[3:7] == [0] * 4 and rate[-1] > 0,
          "silent from 0.25 to 0.73 s", rate)
    r = expect(0, "replay", lived)
    check("replay", r.out.startswith("the same bits after 1000 steps"), "the same bits", r)
    check("replay", read(lived, "spikes.gdf") == read(again, "spikes.gdf"), "the same spikes", "others")
    for folder, told in ((lived, True), (alone, False)):
        expect(0, "report", folder, "--quiet")
        page = read(folder, "report.html")
        check("report", (b"4 things were done to it" in page) == told and (b"--events events.jsonl" in page) == told
              and (b"&quot;lesion&quot;" in page or b'"lesion"' in page) == told, f"told: {told}", folder)
    r = expect(0, "replay", lived, "--json", "--quiet")
    check("replay --json", json.loads(r.out)["same"] is True and json.loads(r.out)["folder"] == again + "-2",
          "same: true, in a folder of its own", r)
    write(os.path.join(lived, "events.jsonl"), read(acts).replace(b"0.9", b"0.8"))
    r = run("replay", lived, "--out", again + "-3")
    check("replay of another past", r.code == 1 and r.out.startswith("DIFFERENT"), "exit 1, DIFFERENT", r)
    expect(2, "simulate", "brain", "seeds=2", "--events", acts, "--out", again + "-4", says="--events is for one run")
    expect(3, "simulate", "brain", *BRIEF, "--events", os.path.join(d, "nothing"), "--out", again + "-5", says="nothing")
    write(acts, b'{"step": 0, "do": "lesion", "of": "V9"}\n')
    expect(3, "simulate", "brain", *BRIEF, "--events", acts, "--out", again + "-6", says='projection "V9"')
    expect(2, "replay", lived, "seed=2", says="one word too many")
    expect(3, "replay", os.path.join(d, "nowhere"), says="nowhere")


def test_seeds(d):
    args = ["simulate", "brain", "duration_s=0.5", "seeds=3", "clamp.serotonin=0.9"]
    folder = os.path.join(d, "three")
    result = json.loads(expect(0, *args, "--json", "threads=1", "--out", folder).out)
    again = json.loads(expect(0, *args, "--json", "threads=3", "--out", folder + "3", "--no-report").out)
    check("seeds=3", result["measures"] == again["measures"], "the same on any number of threads", again)
    there = sorted(os.listdir(folder))
    check("seeds=3", there == ["control-seed1", "control-seed2", "control-seed3", "report.html", "seed1", "seed2",
                               "seed3", "seeds.json"], "a folder for each, and a page", there)
    held = json.loads(read(folder, "control-seed2", "config.json"))
    free = json.loads(read(folder, "seed2", "config.json"))
    check("controls", held["clamp"]["serotonin"] == 0.9 and free["clamp"]["serotonin"] == "none" and
          held["seed"] == free["seed"] == 2, "held, and free", held["clamp"])
    shutil.rmtree(os.path.join(folder, "seed3"))
    shutil.rmtree(os.path.join(folder, "control-seed1"))
    again = json.loads(expect(0, "resume", folder, "--json").out)
    check("resume of seeds", result["measures"] == again["measures"], "what was lost made again", again)
    expect(2, *args, "--out", folder, says="already holds runs")
    m = result["measures"][0]
    check("seeds=3", result["control"] == {"serotonin": 0.9} and len(m["free_values"]) == 3 and
          m["control"]["mean"] < m["free"]["mean"] and
          abs(m["difference"]["mean"] - m["free"]["mean"] + m["control"]["mean"]) < 1e-9, "a difference", m)
    text = expect(0, "resume", folder).out
    check("seeds=3", re.search(r"^  mean_rate, Hz +[\d.]+ \+- [\d.]+ +[\d.]+ \+- ", text, re.M), "a table",
          text)
    text = expect(0, "simulate", "brain", "duration_s=0.2", "seeds=2", "--out", os.path.join(d, "two")).out
    check("seeds without control", "control" not in text and "mean_rate" in text, "means alone", text)
    many = ["simulate", "brain", "duration_s=0.1", "record.synapses=64", "--out", os.path.join(d, "many")]
    said = "in seed1 (and 1 more of 2 runs): recording.npz follows the weights of 16 synapses of each of 16 "
    limits = json.loads(expect(0, *many, "seeds=2", "--json", says=said).out).get("limits", "")
    check("limits of seeds", limits.startswith(said) and limits.count("\n") == 1, "one line", limits)
    text = expect(0, "resume", os.path.join(d, "two")).err
    check("no limits of seeds", "recording.npz" not in text, "nothing", text)
    alone = json.loads(expect(0, "simulate", "brain", "duration_s=0.5", "seed=2", "--json", "--no-report",
                              "--out", os.path.join(d, "alone")).out)
    same("seed 2 of three", os.path.join(folder, "seed2"), os.path.join(d, "alone"))
    check("seeds=3", alone["measure"]["mean_rate"] == m["free_values"][1], "what seed 2 gives alone",
          (alone["measure"], m["free_values"]))


def test_report(d):
    one, two, maze = (os.path.join(d, n) for n in ("one", "two", "maze"))
    expect(0, "simulate", "brain", *BRIEF, "--out", one, "--quiet")
    expect(0, "simulate", "brain", *BRIEF, "clamp.serotonin=0.8", "--out", two, "--quiet", "--no-report")
    page = read(one, "report.html")
    check("report.html", b"A spiking brain" in page and b'class="dots' in page, "spikes", page[:200])
    check("report.html", b"http:" not in page and b"https:" not in page and len(page) < 2000000,
          "closed, of bearable size",
          len(page))
    both = os.path.join(d, "both.html")
    r = expect(0, "report", one, two, "--out", both)
    check("report of two", r.out == both + "\n" and b"2 simulations" in read(both), "a page of both", r)
    expect(0, "train", "maze", *cli.BRIEF, "--out", maze, "--quiet", "--no-report")
    expect(2, "report", one, maze, says="1 of these 2 folders holds a simulation")


def test_progress(d):
    folder = os.path.join(d, "plain")
    r = expect(0, "simulate", "brain", *BRIEF, "--out", folder, "--no-report",
               env=cli.environment(TERM="xterm"))
    shown = r.err.splitlines()
    check("progress without a terminal", 2 <= len(shown) <= 12 and "\r" not in r.err and "real time" in r.err
          and "V1_like" in shown[-1] and "DA 0.50" in shown[-1], "few plain lines", r)
    r = expect(0, "simulate", "brain", *BRIEF, "--quiet", "--out", folder + "2")
    check("simulate --quiet", not r.err and "report.html" in r.out, "the result and no messages", r)
    for n in ("brain-seed1", "brain-seed1-2"):
        expect(0, "simulate", "brain", *BRIEF, "--quiet", "--no-report", cwd=d)
        check("simulate without --out", os.path.exists(os.path.join(d, "runs", n, "config.json")),
              f"runs/{n}", os.listdir(os.path.join(d, "runs")))


TESTS = [test_files, test_switches, test_explain, test_tables, test_words, test_bad_files, test_inputs, test_names, test_interventions, test_numbers,
         test_same_bits,
         test_signals, test_kill, test_seeds, test_report, test_progress]

if __name__ == "__main__":
    cli.TESTS = TESTS
    sys.exit(cli.main())
