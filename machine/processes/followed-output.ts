import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

const LOOK_EVERY_MS = 50;
const CHUNK_BYTES = 1 << 16;

/** The output of a process. */
export interface Output {
  /** The text without the last newline. */
  readonly text: string;
  /**
   * Why the process could not write all of its output, such as a full disk; its exit code may be 0 nevertheless.
   */
  readonly refusal?: Error;
}

/**
 * Follows the output of a process, line by line, through a file. A pipe would close if this process were killed, and
 * the writer would end at its next line: an apply would be interrupted, and its lock would remain.
 */
export class FollowedOutput {
  /** The descriptor for the process's stdio. */
  readonly fd: number;
  private readonly file = join(tmpdir(), `alb-web-output-${randomUUID()}`);
  private readonly decoder = new StringDecoder("utf8");
  private readonly timer: NodeJS.Timeout;
  private readonly lines: string[] = [];
  private position = 0;
  private rest = "";

  /** @param onLine called for each line as it comes */
  constructor(private readonly onLine: (line: string) => void = () => undefined) {
    this.fd = openSync(this.file, "wx+", 0o600);
    // Removed at once, so that no other process can open it and nothing is left. Windows cannot delete an open file.
    if (process.platform !== "win32") rmSync(this.file);
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** To be called after the process has ended. */
  end(): Output {
    clearInterval(this.timer);
    this.look();
    const refusal = this.refusal();
    this.rest += this.decoder.end();
    if (this.rest !== "") this.take(this.rest);
    closeSync(this.fd);
    rmSync(this.file, { force: true });
    return { text: this.lines.join("\n"), refusal };
  }

  /** If there was no space for the process's last byte, there is none for another one. */
  private refusal(): Error | undefined {
    try {
      writeSync(this.fd, "\n");
      return undefined;
    } catch (error) {
      return Object.assign(error as Error, { path: this.file });
    }
  }

  private look(): void {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let count = this.read(chunk); count > 0; count = this.read(chunk)) {
      const lines = (this.rest + this.decoder.write(chunk.subarray(0, count))).split(/\r?\n/);
      this.rest = lines.pop() ?? "";
      lines.forEach((line) => this.take(line));
    }
  }

  private read(chunk: Buffer): number {
    const count = readSync(this.fd, chunk, 0, chunk.length, this.position);
    this.position += count;
    return count;
  }

  private take(line: string): void {
    this.lines.push(line);
    this.onLine(line);
  }
}
