import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

const LOOK_EVERY_MS = 50;
const CHUNK_BYTES = 1 << 16;

/** All that a process wrote. */
export interface Output {
  /** Without the last line's end. */
  readonly text: string;
  /**
   * Why the process could not write all that it wanted to, such as a full disk; it may have ended well nevertheless.
   */
  readonly refusal?: Error;
}

/**
 * What a process writes, line by line, through a file. A pipe would close where this process is killed, and end the
 * writer with its next line: an apply would be cut off in the middle, and its lock would stay.
 */
export class FollowedOutput {
  /** For the process's stdio. */
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
    // Nobody else can open it, and nothing is left however this process ends. Windows deletes no file that is open.
    if (process.platform !== "win32") rmSync(this.file);
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** Call it once the process has ended. */
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

  /** Where the process's last byte found no place, neither does another one. */
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
