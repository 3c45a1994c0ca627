import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GitHubApi } from "./github-api";
import { ProjectRoom, type Ended } from "./project-room";
import { needShell } from "./shell";
import { jobOf, runJob, type Runner } from "./workflow";

export const BUCKET = "acme-state";

/** A project on GitHub: a checkout whose workflows run against the local AWS and GitHub's stand-in. */
export class GitHubProject {
  private run = 100;

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
    const s3 = new S3Client({ region: "us-east-1", endpoint: room.localAws.endpoint, forcePathStyle: true, credentials });
    return new GitHubProject(room, await GitHubApi.start(), s3, await mkdtemp(join(tmpdir(), "alb-web-github-")));
  }

  /** pull-request.yml's job plan, for what the checkout holds, once the pull request is opened or pushed to. */
  async plan(pullRequest: number, commit: string): Promise<Ended> {
    this.github.open(pullRequest, commit);
    const runner = this.runner({ "github.event.pull_request.number": `${pullRequest}`, "github.event.pull_request.head.sha": commit });
    await rm(join(this.room.folder, "plans"), { recursive: true, force: true });
    await rm(this.artifacts, { recursive: true, force: true });
    const ended = await runJob(jobOf("pull-request.yml", "plan"), runner);
    this.run += 1;
    this.github.artifacts.set(this.run, [{ id: this.run * 10, name: "plans" }, { id: this.run * 10 + 1, name: "logs" }]);
    return ended;
  }

  /** keep-plan.yml, for the plan job that was last. */
  keep(commit: string): Promise<Ended> {
    return runJob(jobOf("keep-plan.yml", "keep"), this.runner({ "github.event.workflow_run.head_sha": commit, "github.event.workflow_run.id": `${this.run}`, "github.event.repository.default_branch": "main" }));
  }

  /** deploy.yml, for a commit on main. */
  deploy(commit: string): Promise<Ended> {
    return runJob(jobOf("deploy.yml", "deploy"), this.runner({ "github.sha": commit, "github.ref_name": "main" }));
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
    const always = { "runner.temp": temp, "github.token": this.github.env.GITHUB_TOKEN ?? "", "vars.AWS_PLAN_ROLE": "arn:plan", "vars.AWS_DEPLOY_ROLE": "arn:deploy", "vars.AWS_REGION": "us-east-1" };
    const { GITHUB_TOKEN: _, ...env } = this.github.env;
    return { room: this.room, artifacts: this.artifacts, env: { ...env, GITHUB_STEP_SUMMARY: join(this.temp, "summary.md") }, expressions: { ...always, ...expressions } };
  }
}
