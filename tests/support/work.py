"""Functions that tests give to worker processes, which find them by their names."""

import os
import time


def double(number):
    return 2 * number


def filled(size):
    return bytes(size)


def process_id():
    return os.getpid()


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def append(path, seconds=0.0):
    """Leave a mark each time it is called, and return how many there are."""
    time.sleep(seconds)
    with open(path, "a") as file:
        file.write("x")
    return os.path.getsize(path)


def end_process():
    os._exit(7)


def refuse(error):
    raise error


class Odd(Exception):
    """Cannot be pickled: its constructor takes what it does not keep."""

    def __init__(self, _one, _two):
        super().__init__("odd")


def raise_odd():
    raise Odd(1, 2)


def chatter():
    """Print as a library may, into the pipe of the answers if nothing hindered it."""
    print("noise")
    os.write(1, b"more noise")
    return "answer"


def count(report):
    for done in range(1, 4):
        report(done / 3, f"step {done}")
        time.sleep(0.05)
    return "counted"
