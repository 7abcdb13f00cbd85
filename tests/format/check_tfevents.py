"""Decodes the event file of test_tfevents.c with a decoder of its own and prints what it holds, one
record a line, for comparison. Exit status 1 if a frame, a checksum or a field is wrong."""
import struct
import sys


def crc32c(data):
    c = 0xffffffff
    for byte in data:
        c ^= byte
        for _ in range(8):
            c = c >> 1 ^ (0x82f63b78 if c & 1 else 0)
    return c ^ 0xffffffff


def masked(data):
    c = crc32c(data)
    return ((c >> 15 | c << 17) + 0xa282ead8) & 0xffffffff


def records(raw):
    at = 0
    while at < len(raw):
        n, check = struct.unpack_from("<QI", raw, at)
        assert check == masked(raw[at:at + 8]), "checksum of a length"
        data = raw[at + 12:at + 12 + n]
        assert len(data) == n
        (check,) = struct.unpack_from("<I", raw, at + 12 + n)
        assert check == masked(data), "checksum of a record"
        yield data
        at += 16 + n


def fields(data):
    """(number, value) of each field of a protobuf message."""
    def varint(at):
        value, shift = 0, 0
        while True:
            byte = data[at]
            value |= (byte & 127) << shift
            shift, at = shift + 7, at + 1
            if byte < 128:
                return value, at
    at = 0
    while at < len(data):
        tag, at = varint(at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = varint(at)
        elif wire == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif wire == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            assert wire == 2
            n, at = varint(at)
            value, at = data[at:at + n], at + n
            assert len(value) == n
        yield number, value
    assert at == len(data)


def signed(v):
    return v - 2**64 if v >= 2**63 else v


def show(data):
    out = []
    for number, value in fields(data):
        if number == 1:
            out.append("time %r" % value)
        elif number == 2:
            out.append("step %d" % signed(value))
        elif number == 3:
            out.append("version " + value.decode())
        else:
            assert number == 5
            for one, inner in fields(value):
                assert one == 1
                v = dict(fields(inner))
                assert set(v) == {1, 2}
                out.append("%s=%.9g" % (v[1].decode(), v[2]))
    return ", ".join(out)


wanted = """time 1700000000.25, version brain.Event:2
time 1700000001.5, step 0, reward=0.5, loss=nan
time 1700000002.5, step 300, reward=-inf
time 1700000003.5, step -1
time 1700000004.5, step 9223372036854775807, {long}=1.00000001e-07""".format(
    long="\u00e9" * 200)
with open(sys.argv[1], "rb") as f:
    found = "\n".join(show(r) for r in records(f.read()))
if found != wanted:
    print("wanted:\n" + wanted + "\nfound:\n" + found)
    sys.exit(1)
