import { spawn } from 'node:child_process';

/** Runs one of the lab's commands: JSON in, JSON out. */
export async function call<Out>(binary: string, command: 'run' | 'size' | 'check' | 'validate', input: unknown, env: Record<string, string> = {}): Promise<Out> {
  const child = spawn(binary, [command], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined); // the exit status tells more than a broken pipe
  child.stdin.end(JSON.stringify(input));
  const [out, err, status] = await Promise.all([
    read(child.stdout), read(child.stderr), new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve)),
  ]);
  if (status !== 0) {
    throw new Error(`lab ${command}: ${err.trim() || `exit ${status}`}`);
  }
  // Istio's packages write to standard output when they are loaded; the answer is the last line.
  return JSON.parse(out.trimEnd().split('\n').pop()!) as Out;
}

async function read(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
