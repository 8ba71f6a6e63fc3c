"""Buckets."""

import pytest

from wyoming_kokoro.answering.histogram import Histogram


def test_a_bound_is_in_its_own_bucket() -> None:
    """As in Prometheus: at most, not below; what is above all of them has a bucket, too."""
    spread = Histogram((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        spread.add(value)
    assert spread.counts == [2, 1, 1] and spread.count == 4 and spread.total == pytest.approx(7.65)
    assert list(spread.at_most()) == [(0.1, 2), (1.0, 3), (float("inf"), 4)]


def test_a_quantile_is_the_bound_above_it() -> None:
    """And nothing where there is no value."""
    spread = Histogram((0.1, 1.0))
    assert spread.quantile(0.5) is None
    for value in (0.05, 0.5, 0.6, 7.0):
        spread.add(value)
    assert [spread.quantile(share) for share in (0.25, 0.5, 0.95)] == [0.1, 1.0, float("inf")]
