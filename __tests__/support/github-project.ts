import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { strToU8, zipSync } from "fflate";
import { RECORD_KEY } from "../../cli/records/kept-records";
import { BASE, GitHubApi } from "./github-api";
import { type Ended, ProjectRoom } from "./project-room";
import { needShell } from "./shell";
import { jobOf, type Runner, runJob } from "./workflow";

const BUCKET = "acme-state";
/** When all runs of pull requests were created. */
const STARTED = "2026-11-22T12:30:00Z";

/** A project on GitHub: a checkout whose workflows run against the local AWS and a replacement for GitHub's API. */
export class GitHubProject {
  private run = 100;
  private planned = 0;

  private constructor(
    readonly room: ProjectRoom,
    readonly github: GitHubApi,
    readonly s3: S3Client,
    private readonly temp: string,
  ) {}

  static async open(): Promise<GitHubProject> {
    needShell();
    const room = await ProjectRoom.open();
    await room.localAws.seed({ region: "us-east-1", buckets: [BUCKET] });
    const credentials = { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" };
    const s3 = new S3Client({
      region: "us-east-1",
      endpoint: room.localAws.endpoint,
      forcePathStyle: true,
      credentials,
    });
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: RECORD_KEY, Body: "0123456789abcdef".repeat(4) }));
    return new GitHubProject(room, await GitHubApi.start(), s3, await mkdtemp(join(tmpdir(), "alb-web-github-")));
  }

  /** pull-request.yml's job plan, for what the checkout holds, once the pull request is opened or pushed to. */
  async plan(pullRequest: number, commit: string): Promise<Ended> {
    this.github.open(pullRequest, commit);
    this.planned = pullRequest;
    const runner = this.runner({
      "github.event.pull_request.number": `${pullRequest}`,
      "github.event.pull_request.head.sha": commit,
    });
    for (const folder of ["plans", "records"])
      await rm(join(this.room.folder, folder), { recursive: true, force: true });
    await rm(this.artifacts, { recursive: true, force: true });
    const ended = await runJob(jobOf("pull-request.yml", "plan"), runner);
    this.run += 1;
    this.upload(this.uploaded());
    return ended;
  }

  /** The records that the last plan job left, by file. */
  uploaded(): Record<string, string> {
    const folder = join(this.artifacts, "records");
    return existsSync(folder)
      ? Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]))
      : {};
  }

  /** What the last run has uploaded, as if its workflow had been another one. */
  upload(records: Readonly<Record<string, string>>): void {
    const zip = Buffer.from(
      zipSync(Object.fromEntries(Object.entries(records).map(([name, text]) => [name, strToU8(text)]))),
    );
    const logs = { id: this.run * 10 + 1, name: "logs" };
    this.github.artifacts.set(
      this.run,
      Object.keys(records).length === 0 ? [logs] : [{ id: this.run * 10, name: "records", zip }, logs],
    );
  }

  /**
   * keep-plan.yml, for the plan job that was last.
   * @param ofEvent the pull requests of the run, as in GitHub's event. @default - the one that was planned last
   */
  keep(
    commit: string,
    ofEvent: readonly object[] = [{ number: this.planned, base: { ref: "main", sha: BASE } }],
    headBranch = this.github.branchOf(this.planned),
  ): Promise<Ended> {
    return runJob(
      jobOf("keep-plan.yml", "keep"),
      this.runner({
        "github.event.workflow_run.head_sha": commit,
        "github.event.workflow_run.id": `${this.run}`,
        "github.event.repository.default_branch": "main",
        "github.event.workflow_run.head_branch": headBranch,
        "github.event.workflow_run.created_at": STARTED,
        "toJSON(github.event.workflow_run.pull_requests)": JSON.stringify(ofEvent),
      }),
    );
  }

  /**
   * deploy.yml, for a commit on main.
   * @param attempt how often it runs. @default 1
   */
  deploy(commit: string, attempt = 1): Promise<Ended> {
    const runner = this.runner({ "github.sha": commit, "github.ref_name": "main" });
    return runJob(jobOf("deploy.yml", "deploy"), {
      ...runner,
      env: { ...runner.env, GITHUB_RUN_ATTEMPT: `${attempt}` },
    });
  }

  /** The last run's artifacts, as GitHub has them. */
  leftOnGitHub(): string[] {
    return (this.github.artifacts.get(this.run) ?? []).map(({ name }) => name);
  }

  get artifacts(): string {
    return join(this.temp, "artifacts");
  }

  /** What is shown on the pages of the runs. */
  summary(): Promise<string> {
    return readFile(join(this.temp, "summary.md"), "utf8");
  }

  async keys(): Promise<string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    return Contents.map(({ Key = "" }) => Key);
  }

  async object(Key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    return (await Body?.transformToString("latin1")) ?? "";
  }

  async put(Key: string, Body: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
  }

  async encryptionOf(Key: string): Promise<string | undefined> {
    return (await this.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }))).ServerSideEncryption;
  }

  async close(): Promise<void> {
    await this.github.stop();
    await this.room.close();
    await rm(this.temp, { recursive: true, force: true });
  }

  private runner(expressions: Readonly<Record<string, string>>): Runner {
    const temp = join(this.temp, `job-${this.run}`);
    const always = {
      "runner.temp": temp,
      "github.token": this.github.env.GITHUB_TOKEN ?? "",
      "vars.AWS_PLAN_ROLE": "arn:plan",
      "vars.AWS_KEEP_ROLE": "arn:keep",
      "vars.AWS_DEPLOY_ROLE": "arn:deploy",
      "vars.AWS_REGION": "us-east-1",
    };
    const { GITHUB_TOKEN: _, ...env } = this.github.env;
    return {
      room: this.room,
      artifacts: this.artifacts,
      env: { ...env, GITHUB_STEP_SUMMARY: join(this.temp, "summary.md") },
      expressions: { ...always, ...expressions },
    };
  }
}
