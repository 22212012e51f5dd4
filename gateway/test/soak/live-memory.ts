/** What the processes of a node really need: memory after a collection of garbage, which their inspectors are asked for. */

const PATIENCE_MS = 60_000;

/** `--inspect` in NODE_OPTIONS makes each process write such a line. */
const INSPECTOR = /Debugger listening on (ws:\/\/\S+)/g;

const MEASURE = 'JSON.stringify(process.memoryUsage())';

export interface LiveMemory {
  /** Objects, and what they hold outside of the heap. MiB. */
  readonly live: number;
  readonly resident: number;
}

/** Finds the inspectors in what a node writes to standard error. */
export class Inspectors {
  readonly #urls = new Set<string>();
  #pending = '';

  /** @returns the text without lines about inspectors */
  read(text: string): string {
    const whole = this.#pending + text;
    const end = whole.lastIndexOf('\n') + 1;
    this.#pending = whole.slice(end);
    for (const [, url] of whole.slice(0, end).matchAll(INSPECTOR)) this.#urls.add(url!);
    return whole.slice(0, end).replace(/^(?:Debugger (?:listening|attached|ending)|For help, see: ).*\n/gm, '');
  }

  /** Sum of all processes that there are. */
  async measure(): Promise<LiveMemory> {
    const all = await Promise.all([...this.#urls].map((url) => measured(url).catch(() => {
      // It has ended.
      this.#urls.delete(url);
      return { live: 0, resident: 0 };
    })));
    if (this.#urls.size === 0) throw new Error('no process can be measured');
    return all.reduce((sum, one) => ({ live: sum.live + one.live, resident: sum.resident + one.resident }));
  }
}

async function measured(url: string): Promise<LiveMemory> {
  const socket = new WebSocket(url);
  const timer = setTimeout(() => socket.close(), PATIENCE_MS);
  try {
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error(`no inspector at ${url}`)));
    });
    await asked(socket, 'HeapProfiler.enable', {});
    await asked(socket, 'HeapProfiler.collectGarbage', {});
    const { result } = await asked(socket, 'Runtime.evaluate', { expression: MEASURE }) as { readonly result: { readonly value: string } };
    const { heapUsed, external, rss } = JSON.parse(result.value) as NodeJS.MemoryUsage;
    return { live: (heapUsed + external) / 2 ** 20, resident: rss / 2 ** 20 };
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

/** One question at a time. */
function asked(socket: WebSocket, method: string, params: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const take = ({ data }: MessageEvent) => {
      const message = JSON.parse(String(data)) as { readonly id?: number; readonly result?: unknown };
      if (message.id !== 1) return;
      socket.removeEventListener('message', take);
      resolve(message.result);
    };
    socket.addEventListener('message', take);
    socket.addEventListener('close', () => reject(new Error('the inspector is gone')));
    socket.send(JSON.stringify({ id: 1, method, params }));
  });
}
