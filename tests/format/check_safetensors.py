"""Reads the sample of test_safetensors.c with a reader of its own, made from the description of the
format, and compares it with what the sample should hold. Exit status 0 if all is right."""
import json
import struct
import sys

import numpy as np

TYPES = {"F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "U64": "<u8", "U8": "|u1",
         "BOOL": "|b1"}


def crc32c(data):
    c = 0xffffffff
    for byte in data:
        c ^= byte
        for _ in range(8):
            c = c >> 1 ^ (0x82f63b78 if c & 1 else 0)
    return c ^ 0xffffffff


def read(path):
    raw = open(path, "rb").read()
    (n,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + n])
    assert raw[8:9] == b"{" and n % 8 == 0, "the header is not aligned"
    notes = header.pop("__metadata__")
    body = raw[8 + n:]
    at, tensors = 0, {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert begin == at, "hole"
        at = end
        a = np.frombuffer(body[begin:end], dtype=TYPES[entry["dtype"]])
        tensors[name] = a.reshape(entry["shape"])
        assert begin % a.dtype.itemsize == 0, "not aligned"
        assert notes["crc32c." + name] == "%08x" % crc32c(body[begin:end]), name
    assert at == len(body), "bytes left over"
    digits = notes["crc32c"].encode()
    assert raw[8:8 + n].index(digits) == len('{"__metadata__":{"crc32c":"')
    assert digits == b"%08x" % crc32c(raw[:8 + n].replace(digits, b"00000000", 1))
    return notes, tensors


def main(path):
    notes, t = read(path)
    wanted = {
        "flag": np.array([True, False, True]),
        "i2h.weight": np.arange(6, dtype="<f4").reshape(2, 3) / 4,
        "moment": np.array([1 / 3, -1e300, 5e-324, 0.0]),
        "step": np.array(-7, dtype="<i8"),
        "seed": np.array([2**64 - 1, 1], dtype="<u8"),
        "counts": np.array([[-2**31], [2**31 - 1]], dtype="<i4"),
        "nothing": np.zeros((0, 4), dtype="<f4"),
        "bytes \u00e9\"\\\n": np.array([1, 2, 255], dtype="|u1"),
    }
    order = ["moment", "step", "seed", "i2h.weight", "counts", "nothing", "flag",
             "bytes \u00e9\"\\\n"]
    assert list(t) == order, list(t)
    for name, a in wanted.items():
        assert t[name].dtype == a.dtype and t[name].shape == a.shape, name
        assert t[name].tobytes() == a.tobytes(), name
    assert notes["format"] == "pt" and notes["config"] == '{"a":"\u00fc"}', notes


main(sys.argv[1])
