// What the kernel takes of its machine, as JupyterLab's resource view asks: processor and memory of all its processes
// (this one, the session, the type checker, children of cells), and of the machine. Reads Linux's /proc; elsewhere it
// speaks of this process alone.
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, freemem, hostname, totalmem } from 'node:os';
import type { Usage } from '../protocol/messages.js';

const PAGE_BYTES = 4096;
/** Of the kernel's clock in /proc; the same on every Linux. */
const TICKS_PER_SECOND = 100;

interface ProcessUse {
  pid: number;
  parent: number;
  /** Processor time so far, in seconds. */
  seconds: number;
  bytes: number;
}

export class UsageMeter {
  private readonly seconds = new Map<number, number>();
  private measuredAt = 0;
  private host: { busy: number; all: number } | undefined;

  measure(): Usage {
    const tree = processTree(process.pid);
    const now = performance.now();
    const elapsed = (now - this.measuredAt) / 1000;
    // Processes that are new since the last request count from their beginning.
    const used = tree.reduce((sum, { pid, seconds }) => sum + seconds - (this.seconds.get(pid) ?? 0), 0);
    const kernel_cpu = this.measuredAt === 0 ? 0 : (Math.max(0, used) / elapsed) * 100;
    this.measuredAt = now;
    this.seconds.clear();
    for (const { pid, seconds } of tree) this.seconds.set(pid, seconds);
    const total = totalmem();
    const available = process.availableMemory();
    const host_cpu_percent = this.hostPercent();
    return {
      hostname: hostname(),
      pid: process.pid,
      kernel_cpu: round(kernel_cpu),
      kernel_memory: tree.reduce((sum, { bytes }) => sum + bytes, 0),
      cpu_count: cpus().length,
      ...(host_cpu_percent === undefined ? {} : { host_cpu_percent }),
      host_virtual_memory: {
        total,
        available,
        percent: round(((total - available) / total) * 100),
        used: total - available,
        free: freemem(),
      },
    };
  }

  private hostPercent(): number | undefined {
    const times = cpus().map((cpu) => cpu.times);
    const all = times.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.idle + t.irq, 0);
    const busy = all - times.reduce((sum, t) => sum + t.idle, 0);
    const before = this.host;
    this.host = { busy, all };
    if (!before || all === before.all) return undefined;
    return round(((busy - before.busy) / (all - before.all)) * 100);
  }
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A process and all that descend from it. */
function processTree(root: number): ProcessUse[] {
  const processes = allProcesses();
  const children = new Map<number, ProcessUse[]>();
  for (const each of processes) children.set(each.parent, [...(children.get(each.parent) ?? []), each]);
  const own = processes.find((each) => each.pid === root);
  if (!own) {
    const { user, system } = process.cpuUsage();
    return [{ pid: root, parent: 0, seconds: (user + system) / 1e6, bytes: process.memoryUsage().rss }];
  }
  const tree = [own];
  for (const each of tree) tree.push(...(children.get(each.pid) ?? []));
  return tree;
}

function allProcesses(): ProcessUse[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.filter((name) => /^\d+$/.test(name)).flatMap((name) => readProcess(Number(name)) ?? []);
}

function readProcess(pid: number): ProcessUse | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; the numbers begin behind its last bracket, with the third field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [parent, user, system, pages] = [1, 11, 12, 21].map((at) => Number(fields[at]));
    return { pid, parent, seconds: (user + system) / TICKS_PER_SECOND, bytes: pages * PAGE_BYTES };
  } catch {
    return undefined;
  }
}
