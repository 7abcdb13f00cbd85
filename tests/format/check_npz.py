"""numpy's side of test_npz.c: `read` compares what Amine wrote with what it should hold; `write`
makes the files that Amine is to read. Exit status 0 if all is right."""
import os
import sys
import zipfile

import numpy as np

SAMPLE = {
    "reward": np.arange(6, dtype="<f4").reshape(2, 3) / 4,
    "t": np.array([1 / 3, -1e300, 5e-324, 0.0]),
    "step": np.array(-7, dtype="<i8"),
    "seed": np.array([2**64 - 1, 1], dtype="<u8"),
    "i": np.array([[-2**31], [2**31 - 1]], dtype="<i4"),
    "nothing": np.zeros((0, 4), dtype="<f4"),
    "bytes \u00e9": np.array([1, 2, 255], dtype="|u1"),
    "flag": np.array([[[True]], [[False]]]),
}


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def read(folder):
    for name in ("stored.npz", "deflated.npz"):
        path = os.path.join(folder, name)
        with zipfile.ZipFile(path) as z:
            assert z.testzip() is None
            packed = {i.compress_type for i in z.infolist()}
            assert packed == {8 if name[0] == "d" else 0}, packed
        with np.load(path, allow_pickle=False) as z:
            assert list(z) == list(SAMPLE), list(z)
            for key, a in SAMPLE.items():
                assert same(z[key], a), key
    assert same(np.load(os.path.join(folder, "reward.npy")), SAMPLE["reward"])
    big = np.load(os.path.join(folder, "big.npz"))["big"]
    assert same(big, np.arange(300000, dtype="<i4") * 97 % 1000)


def write(folder):
    def path(name):
        return os.path.join(folder, name)
    np.savez(path("numpy.npz"), **SAMPLE)
    np.savez_compressed(path("numpy_deflated.npz"), **SAMPLE)
    np.save(path("numpy.npy"), SAMPLE["reward"])
    big = np.arange(300000, dtype="<i4") * 97 % 1000
    np.savez_compressed(path("numpy_big.npz"), big=big)
    np.savez(path("numpy_others.npz"), fortran=np.asfortranarray(np.ones((2, 3))),
             big_endian=np.ones(2, dtype=">f8"), text=np.array(["a", "b"]),
             half=np.ones(2, dtype="<f2"), record=np.zeros(2, dtype=[("a", "<i4")]),
             pickle=np.array([{}], dtype=object), good=np.ones(2))
    with open(path("version2.npy"), "wb") as f:
        np.lib.format.write_array(f, SAMPLE["t"], version=(2, 0))
    with open(path("version3.npy"), "wb") as f:
        np.lib.format.write_array(f, SAMPLE["t"], version=(3, 0))
    with zipfile.ZipFile(path("streamed.npz"), "w") as z:  # sizes after the data, a comment
        z.comment = b"made by hand"
        with z.open("t.npy", "w") as f:
            np.save(f, SAMPLE["t"])
        z.writestr("readme.txt", "not an array")


{"read": read, "write": write}[sys.argv[1]](sys.argv[2])
