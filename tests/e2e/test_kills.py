"""A short run of bench/kills.py; the long one is `python -m bench.kills --rounds 100`."""

from bench.kills import run


def test_six_kills_under_load_lose_nothing_and_double_nothing() -> None:
    """SIGKILL at six random moments, while clients write and retry: 0 acknowledged logs lost, 0 stored twice."""
    report = run(rounds=6, seed=20_260_921)
    assert report.acknowledged > 6 * 20
    assert (report.lost, report.doubled) == (0, 0)
