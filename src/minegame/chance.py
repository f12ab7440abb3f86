"""The dice: every draw is a pure function of its address.

Address: (seed, replication, stream, key, index, month).  The generator is Philox4x32-10 (Salmon, Moraes, Dror & Shaw
2011, "Parallel random numbers: as easy as 1, 2, 3"), a bijection of a 128-bit counter under a 64-bit key.  The key is
the seed; the counter is the address.  So a draw does not depend on what was drawn before, on the policy, on how many
agents there are, on chunks, threads or machines: two policies share their luck by construction.

``key`` is the number that an agent carries, never its place in a list.  ``index`` is the key of a deposit where a draw
belongs to an agent *and* a deposit.  A draw that nobody asks for leaves every other one as it was.

A block of Philox is 128 bits, two draws: streams 2n and 2n + 1 are its halves, so that what is drawn for the same agent
in the same month comes from one block.  Blocks at many addresses are made side by side (:func:`throw`), several in one
step of the machine; a draw is the same, alone or among others.
"""

from __future__ import annotations

import math

from minegame.compiled import rule, seldom, side_by_side

# Streams: what a draw is for; every line but the last holds the two halves of a block.
COST, IMPATIENCE = 0, 1
EPISODE, SUMMIT = 2, 3
EVALUATION, TIE_BREAK = 4, 5
HOST_IMPATIENCE, HORIZON_PRICE = 6, 7
GEOLOGY, RENEGOTIATION = 8, 9
THREAT, DENIAL_BITE = 10, 11
RESOLVE, DELIVERY = 12, 13
TREMBLE, TASTE = 14, 15
LETTER, CONVERSION = 16, 17
PRICE, CARRIED_OUT = 18, 19
COMPLETION = 20

#: Replications are addressed by 44 bits, seeds by 63.
MAX_REPLICATION = 2**44 - 1
MAX_SEED = 2**63 - 1

_WORD = 0xFFFFFFFF


@rule
def philox4x32(c0, c1, c2, c3, k0, k1):
    """Ten rounds of Philox4x32 on the counter (c0, c1, c2, c3) under the key (k0, k1): four 32-bit words.

    Source: Salmon et al. 2011, with the multipliers and Weyl constants of the Random123 reference.

    >>> [hex(int(w)) for w in philox4x32(0, 0, 0, 0, 0, 0)]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    for _ in range(10):
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (
            ((p1 >> 32) ^ c1 ^ k0) & _WORD,
            p1 & _WORD,
            ((p0 >> 32) ^ c3 ^ k1) & _WORD,
            p0 & _WORD,
        )
        k0 = (k0 + 0x9E3779B9) & _WORD
        k1 = (k1 + 0xBB67AE85) & _WORD
    return c0, c1, c2, c3


@rule
def _block(seed, replication, stream, key, index, month):
    """The two draws at an address, of the even and of the odd stream, strictly inside (0, 1): 52 bits plus a half.

    (With 53 bits a draw could round to 1.)
    """
    high = (int(replication) >> 32) & 0xFFF
    c0, c1, c2, c3 = philox4x32(
        int(replication) & _WORD,
        int(key) & _WORD,
        int(index) & _WORD,
        (high << 20) | ((int(month) & 0xFFF) << 8) | (int(stream) >> 1),
        int(seed) & _WORD,
        (int(seed) >> 32) & _WORD,
    )
    return _fraction(c0, c1), _fraction(c2, c3)


@rule
def _fraction(high, low):
    """The first 52 bits of two words and half a bit, as a part of 1: in two parts, of 31 and 21 bits, which a machine
    turns into numbers several at a time."""
    return (high >> 1) * 4.656612873077393e-10 + ((((high & 1) << 20) | (low >> 12)) + 0.5) * 2.220446049250313e-16


@seldom
def uniform(seed, replication, stream, key, index, month):
    """The uniform draw at an address, strictly inside (0, 1).

    >>> uniform(1, 0, 0, 0, 0, 0) == uniform(1, 0, 0, 0, 0, 0)
    True
    """
    even, odd = _block(seed, replication, stream, key, index, month)
    return odd if stream & 1 else even


@rule
def _by_eights(count):
    return (count + 7) & ~7


@side_by_side
def throw(seed, replication, month, streams, keys, indices, count, dice):
    """Put the draws at ``count`` addresses of a month into ``dice``, shape (2, room): even streams, then the odd ones.

    ``dice[0, n]`` is the draw of ``streams[n]``, an even number, ``dice[1, n]`` that of the next stream.  Dice are
    thrown by eights, so that up to seven more than ``count`` places of ``dice`` are written to.
    """
    for n in range(_by_eights(count)):
        even, odd = _block(seed, replication, streams[n], keys[n], indices[n], month)
        dice[0, n] = even
        dice[1, n] = odd


@seldom
def normal(seed, replication, stream, key, index, month):
    """The standard normal draw at an address, by the inverse distribution function.

    >>> abs(normal(1, 0, 0, 0, 0, 0)) < 9
    True
    """
    return normal_quantile(uniform(seed, replication, stream, key, index, month))


@rule
def gumbel_quantile(p):
    """The Gumbel deviate with probability p below it, shifted to mean zero (g - 0.5772...).

    >>> round(gumbel_quantile(0.5), 6)
    -0.210703
    """
    return -math.log(-math.log(p)) - 0.5772156649015329


@rule
def normals(uniforms, count, normal):
    """Put the standard normal draws of the first ``count`` uniform ones into ``normal``, as :func:`normal_quantile`.

    The middle of the distribution goes side by side; the tails follow one at a time.
    """
    _middles(uniforms, count, normal)
    for n in range(count):
        if abs(uniforms[n] - 0.5) > _MIDDLE:
            normal[n] = _tail(uniforms[n])


@side_by_side
def _middles(uniforms, count, normal):
    for n in range(_by_eights(count)):
        normal[n] = _middle(uniforms[n] - 0.5)


@rule
def normal_quantile(p):
    """The standard normal deviate with probability p below it, 0 < p < 1; relative error about 1e-16.

    Source: Wichura 1988, algorithm AS 241 (PPND16).

    >>> normal_quantile(0.5)
    0.0
    >>> round(float(normal_quantile(0.975)), 6)
    1.959964
    """
    return _middle(p - 0.5) if abs(p - 0.5) <= _MIDDLE else _tail(p)


_MIDDLE = 0.425


@rule
def _middle(q):
    """The deviate with probability 0.5 + q below it, as long as it is not in the tails."""
    r = 0.180625 - q * q
    top = (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
           + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
           + 133.14166789178437745) * r + 3.387132872796366608)  # fmt: skip
    low = (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
           + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
           + 42.313330701600911252) * r + 1.0)  # fmt: skip
    return q * top / low


@seldom
def _tail(p):
    q = p - 0.5
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        top = (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
               + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
               + 4.6303378461565452959) * r + 1.42343711074968357734)  # fmt: skip
        low = (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
               + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
               + 2.05319162663775882187) * r + 1.0)  # fmt: skip
    else:
        r -= 5.0
        top = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
               + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
               + 5.4637849111641143699) * r + 6.6579046435011037772)  # fmt: skip
        low = (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
               + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
               + 0.59983220655588793769) * r + 1.0)  # fmt: skip
    return -top / low if q < 0.0 else top / low
