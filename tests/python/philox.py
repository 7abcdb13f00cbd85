"""Random numbers as worlds in C draw them (amine/random.h), for worlds in Python that have to be the same."""
TASK, TASK_START = 3, 4  # streams (amine/random.h)


def draw(seed, stream, episode, lane, step):
    """Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405)."""
    c, k = [step, lane, episode, stream], [seed & 0xffffffff, seed >> 32]
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xffffffff, (a >> 32) ^ c[3] ^ k[1], a & 0xffffffff]
        k = [(k[0] + 0x9E3779B9) & 0xffffffff, (k[1] + 0xBB67AE85) & 0xffffffff]
    return c
