"""Empty tasks of Celery end to end, one worker process: `driver.py BROKER COUNT` prints the seconds.

As much is promised as by Repono: a quorum queue, publisher confirms, acknowledgement after the work. Results are
not kept, which is to Celery's advantage.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from celery import Celery

QUEUE = "repono-bench-celery"
PATIENCE_S = 600


def application(broker: str) -> Celery:
    app = Celery("bench", broker=broker)
    app.conf.update(
        task_default_queue=QUEUE,
        task_default_queue_type="quorum",
        task_default_exchange_type="topic",
        worker_detect_quorum_queues=True,
        broker_transport_options={"confirm_publish": True},
        broker_connection_retry_on_startup=True,
        task_acks_late=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=64,
        worker_send_task_events=False,
    )
    return app


def work(broker: str, count: int, done: Path) -> None:
    """Works until COUNT tasks are done, says so, and is ended by the parent."""
    app = application(broker)
    remaining = count

    @app.task(name="empty")
    def empty() -> None:
        nonlocal remaining
        remaining -= 1
        if remaining == 0:
            fresh = done.with_suffix(".new")
            fresh.write_text(repr(time.time()))
            fresh.rename(done)

    app.worker_main(["worker", "--pool=solo", "--loglevel=WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"])


def measure(broker: str, count: int) -> float:
    app = application(broker)
    with app.connection_for_write() as connection:
        app.amqp.queues[QUEUE](connection.default_channel).declare()
        app.amqp.queues[QUEUE](connection.default_channel).purge()
    with tempfile.TemporaryDirectory() as folder:
        done = Path(folder) / "done"
        worker = subprocess.Popen(
            [sys.executable, __file__, broker, str(count), str(done)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not app.control.ping(timeout=1.0):
                if worker.poll() is not None:
                    sys.exit("the worker has ended before it was ready")
            begun = time.time()
            with app.producer_pool.acquire(block=True) as producer:
                for _ in range(count):
                    app.send_task("empty", producer=producer)
            while not done.exists():
                if worker.poll() is not None:
                    sys.exit("the worker has ended before all was done")
                if time.time() - begun > PATIENCE_S:
                    sys.exit("the worker does not come to an end")
                time.sleep(0.002)
            return float(done.read_text()) - begun
        finally:
            worker.terminate()
            worker.wait()


if __name__ == "__main__":
    if len(sys.argv) == 4:
        work(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
    else:
        print(measure(sys.argv[1], int(sys.argv[2])))
