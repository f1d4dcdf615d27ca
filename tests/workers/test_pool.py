"""Deadlines, crashes, a full queue, and equal questions, with real processes."""

import time

import pytest

from crysformer.errors import BusyError, LostError, StructureError, TooLongError
from crysformer.workers import Pool
from tests.support import work


@pytest.fixture
def pool():
    pool = Pool(1)
    yield pool
    pool.close()


@pytest.fixture(params=[0, 1], ids=["threads", "process"])
def either(request):
    pool = Pool(request.param)
    yield pool
    pool.close()


def ask(pool, function, *arguments, deadline=20, **options):
    return pool.submit(function, *arguments, deadline=deadline, **options)


def test_an_answer_comes_back(either):
    assert ask(either, work.double, 21).result(30) == 42


def test_a_process_is_another_one_and_serves_again(pool):
    first = ask(pool, work.process_id).result(30)
    assert first != work.process_id()
    assert ask(pool, work.process_id).result(30) == first


def test_nothing_starts_before_it_is_needed():
    pool = Pool(3)
    assert pool._processes == set()
    ask(pool, work.double, 1).result(30)
    assert len(pool._processes) == 1
    pool.close()


def test_jobs_of_one_moment_share_the_processes():
    pool = Pool(2)
    jobs = [ask(pool, work.sleep, 0.3) for _ in range(2)]
    jobs += [ask(pool, work.process_id) for _ in range(4)]
    for job in jobs:
        job.result(30)
    assert len(pool._processes) == 2
    pool.close()


def test_a_fault_of_the_function_is_the_caller_s(either):
    job = ask(either, work.refuse, StructureError("x.cif is empty"))
    with pytest.raises(StructureError, match=r"^x\.cif is empty$"):
        job.result(30)
    for error in (EOFError("the function's own"), OSError("its own")):
        with pytest.raises(type(error), match="own"):
            ask(either, work.refuse, error).result(30)
    assert ask(either, work.double, 2).result(30) == 4


def test_a_fault_that_cannot_be_sent_is_told_in_words(pool):
    with pytest.raises(RuntimeError, match=r"^Odd: odd$"):
        ask(pool, work.raise_odd).result(30)


def test_what_cannot_be_sent_is_refused_and_harms_nothing(pool):
    with pytest.raises((AttributeError, TypeError)):
        ask(pool, work.double, lambda: None).result(30)
    with pytest.raises(Exception, match="pickle"):
        ask(pool, lambda: 1).result(30)
    assert ask(pool, work.double, 2).result(30) == 4


def test_a_job_past_its_deadline_is_ended_with_its_process(pool):
    first = ask(pool, work.process_id).result(30)
    start = time.monotonic()
    with pytest.raises(TooLongError, match=r"longer than 0\.2 s and was stopped"):
        ask(pool, work.sleep, 30, deadline=0.2).result(30)
    assert time.monotonic() - start < 10
    assert ask(pool, work.process_id).result(30) != first


def test_a_lost_process_is_replaced(pool):
    with pytest.raises(LostError, match="exit status 7"):
        ask(pool, work.end_process, key="k").result(30)
    # The same question may be asked again.
    assert pool.find("k") is None
    assert ask(pool, work.double, 3, key="k").result(30) == 6


def test_a_full_queue_refuses_in_words():
    pool = Pool(0, waiting=1)
    begun = [ask(pool, work.sleep, 0.5)]
    while pool.place(begun[0]):
        time.sleep(0.01)
    begun.append(ask(pool, work.sleep, 0.5))
    while pool.place(begun[1]):
        time.sleep(0.01)
    waits = ask(pool, work.double, 1)
    with pytest.raises(BusyError, match="1 computations of other visitors wait"):
        ask(pool, work.double, 2)
    assert waits.result(30) == 2
    pool.close()


def test_equal_questions_are_worked_out_once(either, tmp_path):
    path = str(tmp_path / "marks")
    jobs = [ask(either, work.append, path, 0.2, key=("a", 1)) for _ in range(5)]
    assert {job.result(30) for job in jobs} == {1}
    assert ask(either, work.append, path, key=("a", 1)).result(30) == 1
    assert ask(either, work.append, path, key=("a", 2)).result(30) == 2


def test_the_oldest_answers_are_forgotten():
    pool = Pool(0, kept=2)
    for key in "abc":
        ask(pool, work.double, 1, key=key).result(30)
    ask(pool, work.double, 1, key="d").result(30)
    assert pool.find("a") is None
    assert pool.find("d") is not None
    pool.close()


def test_large_answers_are_forgotten_first_come_first_gone():
    pool = Pool(1, kept_bytes=2500)
    for key in "abc":
        ask(pool, work.filled, 1000, key=key).result(30)
    ask(pool, work.double, 1, key="a")
    ask(pool, work.double, 1, key="d").result(30)
    # What was asked for again stays.
    assert [pool.find(key) is not None for key in "abcd"] == [True, False, True, True]
    pool.close()


def test_the_background_waits_for_all_others(pool):
    running = ask(pool, work.sleep, 0.5)
    late = ask(pool, work.double, 1, key="late", background=True)
    urgent = ask(pool, work.double, 2)
    while pool.place(running):
        time.sleep(0.01)
    assert (pool.place(urgent), pool.place(late)) == (1, 2)
    # Somebody waits for it now.
    more = ask(pool, work.double, 3)
    assert ask(pool, work.double, 1, key="late") is late
    assert [pool.place(job) for job in (urgent, more, late)] == [1, 2, 3]
    assert late.result(30) == 2


def test_a_job_says_how_far_it_is(either):
    job = ask(either, work.count, reports=True)
    seen = set()
    while not job.wait(0.005):
        seen.add(job.doing)
    assert job.result() == "counted"
    assert {"step 1", "step 2", "step 3"} <= seen
    assert job.share == 1.0


def test_what_a_job_prints_does_not_disturb_the_answers(pool, capfd):
    assert ask(pool, work.chatter).result(30) == "answer"


def test_an_answer_may_be_waited_for_in_vain(pool):
    job = ask(pool, work.sleep, 0.4)
    with pytest.raises(TimeoutError):
        job.result(0.01)
    assert job.result(30) == 0.4


def test_the_end_of_the_server_ends_what_waits(pool):
    running, waiting = ask(pool, work.sleep, 30), ask(pool, work.double, 1)
    while pool.place(running) or not pool._processes:
        time.sleep(0.01)
    pool.close()
    with pytest.raises(BusyError):
        waiting.result(10)
    with pytest.raises(LostError):
        running.result(10)
    with pytest.raises(BusyError):
        ask(pool, work.double, 1)
