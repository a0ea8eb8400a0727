"""Measures kernels as a Jupyter client sees them, with jupyter_client. Prints JSON: {kernel: {measure: value}}.

`latency.py ROUNDS KERNEL...` starts every named kernel ROUNDS times, in turns. Times are medians in milliseconds:
from the process start to kernel_info_reply, from sending the first `1+1` to its reply, and later cells; then 10,000
lines printed in one cell: the time until idle, the stream messages they came in, and the lines that arrived in order
before idle.
"""

import json
import statistics
import sys
import time
from queue import Empty

from jupyter_client.manager import KernelManager

LINES = 10_000
PRINT_LINES = {
    'gradlab': f'for (let i = 0; i < {LINES}; i++) console.log(i)',
    'python3': f'for i in range({LINES}): print(i)',
}


def execute(client, code):
    """Runs a cell; returns the seconds to its reply, to idle, and its iopub messages."""
    begun = time.perf_counter()
    request = client.execute(code)
    reply = client.get_shell_msg(timeout=60)
    replied = time.perf_counter() - begun
    assert reply['content']['status'] == 'ok', reply['content']
    messages = []
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message['parent_header'].get('msg_id') != request:
            continue
        messages.append(message)
        if message['msg_type'] == 'status' and message['content']['execution_state'] == 'idle':
            return replied, time.perf_counter() - begun, messages


def wait_for_iopub(client):
    """A subscription takes a moment to reach the kernel: what it publishes before that is lost to this client."""
    while True:
        try:
            client.get_iopub_msg(timeout=0.2)
            return
        except Empty:
            client.kernel_info()
            client.get_shell_msg(timeout=60)


def measure(kernel):
    manager = KernelManager(kernel_name=kernel)
    begun = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    try:
        client.start_channels()
        client.kernel_info()
        client.get_shell_msg(timeout=60)
        info = time.perf_counter() - begun
        # At once, before the kernel has had time to warm up.
        client.execute('1+1')
        client.get_shell_msg(timeout=60)
        first = time.perf_counter() - begun - info
        wait_for_iopub(client)
        _, _, messages = execute(client, '1+1')
        results = [m['content']['data']['text/plain'] for m in messages if m['msg_type'] == 'execute_result']
        assert results == ['2'], f'{kernel}: 1+1 gave {results}'
        later = [execute(client, f'{i}+1')[0] for i in range(20)]
        _, printing, messages = execute(client, PRINT_LINES[kernel])
        streams = [m['content']['text'] for m in messages if m['msg_type'] == 'stream']
        in_order = 0
        for line in ''.join(streams).splitlines():
            if line != str(in_order):
                break
            in_order += 1
        return {
            'start to kernel_info_reply, ms': 1000 * info,
            'first 1+1, ms': 1000 * first,
            'later cells, ms': 1000 * statistics.median(later),
            'printing 10,000 lines, ms': 1000 * printing,
            'stream messages for them': len(streams),
            'lines in order before idle': in_order,
        }
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main():
    rounds, kernels = int(sys.argv[1]), sys.argv[2:]
    runs = {kernel: [] for kernel in kernels}
    for _ in range(rounds):
        for kernel in kernels:
            runs[kernel].append(measure(kernel))
    medians = {
        kernel: {name: statistics.median(run[name] for run in done) for name in done[0]}
        for kernel, done in runs.items()
    }
    print(json.dumps(medians))


main()
