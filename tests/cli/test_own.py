#!/usr/bin/env python3
"""Worlds and a learner of a user's own, in a shared object that the command line names: test_own.py AMINE FOLDER_OF_MODULES

They are trained, listed and shown like ours; a folder, a checkpoint or a file never loads one, and says that it is named again."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

AMINE, MODULES = sys.argv[1:3]
PAGES = "built without pages" not in subprocess.run([AMINE, "live", "/nowhere"], capture_output=True, text=True,
                                                    timeout=120, check=False).stderr
failed = []


def run(*args, code=0):
    r = subprocess.run([AMINE, *args], capture_output=True, text=True, timeout=120)
    if r.returncode != code:
        failed.append(f"amine {' '.join(args)}: exit {r.returncode}, not {code}: {r.stderr[:400]}")
    return r.stdout, r.stderr


def says(what, text, *wanted):
    for word in wanted:
        if word not in text:
            failed.append(f"{what}: no {word!r} in: {text[:500]}")


def main():
    d = tempfile.mkdtemp()
    os.chdir(d)
    shutil.copy(os.path.join(MODULES, "module_fine.so"), "own.so")
    own, small = "task.type=./own.so", ("network.hidden=16", "batch=4", "iterations=3", "threads=1", "task.steps=12")

    out, _ = run("list", "tasks", own)
    says("list", out, "own-bandit", "two arms once more", "own-second", "volatile-bandit")
    out, _ = run("show", "bandit", own)
    says("show", out, "task.pay", "for a pull that wins", "own-bandit")
    out, _ = run("show", "bandit", "--json", "task=own.so:own-second", "task.pay=3")  # no slash: beside us all the same
    says("show --json", json.dumps(json.loads(out)["task"]), '"type": "own-second"', '"pay": 3')

    run("train", "bandit", own, "task.pay=2", *small, "--out", "a")
    says("its report", open("a/report.html").read(), "own-bandit", "ceiling")
    lines = {x["policy"] for x in json.load(open("a/lines.json"))}
    if not {"random", "ceiling"} <= lines:
        failed.append(f"known policies: {lines}")
    # the same in two parts, by the same world once more
    run("train", "bandit", own, "task.pay=2", *small[:2], "iterations=2", *small[3:], "--out", "b")
    _, err = run("resume", "b", "iterations=3", code=3)
    says("resume without", err, "b/config.json: task.type=own-bandit: there is no such task", "task.type=FILE.so")
    run("resume", "b", own, "iterations=3")
    a, b = (open(f"{x}/checkpoint.safetensors", "rb").read() for x in "ab")
    if a != b:
        failed.append("resumed with its world, a run ends with other bytes")
    _, err = run("resume", "b", own)
    says("complete", err, "this run is complete", "resume b task.type=./own.so iterations=")
    _, err = run("resume", "b", "task.type=./own.so:own-second", code=2)
    says("another world", err, "task.type=own-bandit cannot be changed to own-second")

    for command in (["eval", "a"], ["explain", "a"], ["eval", "a/checkpoint.safetensors"]):
        _, err = run(*command, code=3)
        says(command[0], err, "task.type=own-bandit: there is no such task", "task.type=FILE.so")
    out, _ = run("eval", "a", own, "episodes=20")
    says("eval", out, "reward")
    out, _ = run("eval", "a", own, "episodes=20", "policy=ceiling")
    says("eval policy", out, "reward")
    run("explain", "a", own)
    os.remove("a/eval.json")
    _, err = run("report", "a", code=3)
    says("report", err, "task.type=FILE.so")
    run("report", "a", own)
    _, err = run("live", "a", code=3 if PAGES else 2)
    says("live", err, "task.type=FILE.so" if PAGES else "built without pages")
    _, err = run("live", "a", own, "prot=1", code=2)
    says("live with a wrong key", err, "port" if PAGES else "built without pages")
    if PAGES:
        run("report", "--interactive", "a", own)
        says("its live page", open("a/live.html").read(), "block-0-run")

    brief = ("network.hidden=4", "batch=2", "iterations=2", "task.steps=12", "seeds=1")
    out, _ = run("sweep", "bandit", own, "task.pay=1,2", *brief, "--out", "s")
    says("sweep", out, "task.pay", "evaluation")
    whole = open("s/runs.jsonl").read()
    open("s/runs.jsonl", "w").write(whole[:whole.index("\n") + 1])
    _, err = run("resume", "s", code=3)
    says("resume of a sweep", err, "task.type=own-bandit: there is no such task", "task.type=FILE.so")
    run("resume", "s", own)
    if open("s/runs.jsonl").read() != whole:
        failed.append("resumed with its world, a sweep ends with other bytes")

    # a brain plays it through a body
    with_body = ("brain-bandit", "task.steps=4", "body.sense=left", "body.bias=false", "body.code=place",
                 "body.centres=1", "threads=1", "record.spikes=false")
    run("simulate", *with_body, own, "task.pay=2", "duration_s=2", "--out", "brain", "--quiet")
    says("its page", open("brain/report.html").read(), "The task is own-bandit")
    run("simulate", *with_body, own, "task.pay=2", "duration_s=1.3", "--out", "broken-off", "--quiet")
    _, err = run("resume", "broken-off", "duration_s=2", code=3)
    says("resume of a brain", err, "broken-off/config.json: task.type=own-bandit: there is no such task", "task.type=FILE.so")
    run("resume", "broken-off", own, "duration_s=2", "--quiet")
    a, b = (open(f"{x}/checkpoint.safetensors", "rb").read() for x in ("brain", "broken-off"))
    if a != b:
        failed.append("resumed with its world, a brain ends with other bytes")
    out, _ = run("show", "broken-off", own)
    says("show a brain", out, "task.pay", "own-bandit", "body.act_ms")

    # a learner, alone and beside a world of the same object
    mine = "learner.type=./own.so"
    out, _ = run("list", "learners", mine)
    says("list learners", out, "own-baseline", "which action is better on the whole", "e-prop")
    out, _ = run("show", "bandit", mine)
    says("show a learner", out, "learner.mean_rate", "how fast the mean return follows", "learner.optimiser")
    little = ("network.hidden=4", "batch=4", "threads=1")
    run("train", "bandit", mine, "learner.mean_rate=0.5", *little, "iterations=3", "--out", "l")
    run("train", "bandit", mine, "learner.mean_rate=0.5", *little, "iterations=2", "--out", "m")
    _, err = run("resume", "m", "iterations=3", code=3)
    says("resume without a learner", err, "m/config.json: learner.type=own-baseline: there is no such learner",
         "learner.type=FILE.so")
    run("resume", "m", "iterations=3", mine)
    if open("l/checkpoint.safetensors", "rb").read() != open("m/checkpoint.safetensors", "rb").read():
        failed.append("resumed with its learner, a run ends with other bytes")
    _, err = run("eval", "l", code=3)
    says("eval without a learner", err, "learner.type=FILE.so")
    run("train", "bandit", mine, own, *little, "iterations=1", "--out", "n")
    _, err = run("resume", "n", own, mine)
    says("complete, with both", err, "resume n task.type=./own.so learner.type=./own.so iterations=")
    json.dump({"task": "bandit", "learner": {"type": "./own.so"}}, open("mine.json", "w"))
    _, err = run("train", "mine.json", code=3)
    says("a file with a learner", err, "mine.json: learner.type=./own.so: a file loads no code")
    _, err = run("train", "bandit", "learner.type=./own.so:owl", code=2)
    says("no such learner", err, './own.so: it has no learner called "owl"; its only one is own-baseline')

    json.dump({"task": {"type": "./own.so"}}, open("mine.json", "w"))
    _, err = run("train", "mine.json", code=3)
    says("a file", err, "mine.json: task.type=./own.so: a file loads no code", "on the command line")
    _, err = run("train", "bandit", "task.type=./nowhere.so", code=3)
    says("nowhere", err, "./nowhere.so: there is no such file")
    _, err = run("train", "bandit", "task.type=./own.so:bandito", code=2)
    says("no task", err, './own.so: it has no task called "bandito"; its first one is own-bandit')
    _, err = run("train", "bandit", f"task.type={MODULES}/module_of_another_version.so", code=3)
    says("a version", err, "built for version 2 of modules, and this library has version 1")
    shutil.rmtree(d)
    print("\n".join(failed) or "all fine")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
