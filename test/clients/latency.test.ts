// What a person waits for, measured through Debian's jupyter_client.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JupyterHome, jupyterHome, measureLatency } from './jupyter.js';

describe('latency of the kernel', () => {
  let home: JupyterHome;
  let measured: Record<string, number>;
  beforeAll(() => {
    home = jupyterHome();
    measured = measureLatency(home, 5, 'gradlab').gradlab;
    for (const [name, value] of Object.entries(measured)) console.log(`${name}: ${value.toFixed(1)}`);
  });
  afterAll(() => home.remove());

  it('answers kernel_info within 300 ms of its start', () => {
    expect(measured['start to kernel_info_reply, ms']).toBeLessThanOrEqual(300);
  });

  it('runs the first cell, type-checked, within 500 ms after that', () => {
    expect(measured['first 1+1, ms']).toBeLessThanOrEqual(500);
  });

  it('runs later cells within 10 ms', () => {
    expect(measured['later cells, ms']).toBeLessThanOrEqual(10);
  });

  it('delivers 10,000 printed lines in order, before idle, in at most 50 messages', () => {
    expect(measured['lines in order before idle']).toBe(10_000);
    expect(measured['stream messages for them']).toBeLessThanOrEqual(50);
  });
});
