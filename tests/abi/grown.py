#!/usr/bin/env python3
"""grown.py OLD.abi NEW.abi: which structs may be larger than they were, as suppressions for abidiff.

Those that begin with their size, and the task that the library makes, may grow at their end: all members that there were are
where they were and of the same type. What grew otherwise is left for abidiff to complain of."""
import sys
import xml.etree.ElementTree as tree

MAY_GROW = ("amine_progress", "amine_score", "amine_experiment_options", "amine_part", "amine_run_progress", "amine_task_type",
            "amine_task", "amine_event_plan", "amine_lanes_type", "amine_learner_type", "amine_learner", "amine_batch",
            "amine_sweep_options")


def structs(path):
    found = {}
    for s in tree.parse(path).iter("class-decl"):
        if s.get("name") in MAY_GROW and s.get("is-declaration-only") != "yes":
            members = [(m.get("layout-offset-in-bits"), m[0].get("name"), m[0].get("type-id")) for m in s.iter("data-member")]
            found[s.get("name")] = (int(s.get("size-in-bits")), members)
    return found


old, new = structs(sys.argv[1]), structs(sys.argv[2])
for name, (size, members) in old.items():
    if name in new and new[name][0] > size and new[name][1][: len(members)] == members:
        print(f"[suppress_type]\n  type_kind = struct\n  name = {name}\n")
