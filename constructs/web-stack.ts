import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Annotations, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { ACCEPTED_KEY, shownEntry, unmatched, withAccepted } from "../path/trace/accept";
import { trace } from "../path/trace/trace";
import type { HostedZones } from "./dns";
import { literal } from "./names";
import { pathError, registerPath, type TracedPath, throwIfAnyPathIsBroken } from "./path-check";
import { plainHcl } from "./plain-hcl";
import { checkProps, throwIfAnyError } from "./props/app-check";
import { quotaWarning } from "./props/quota-warning";
import { InvalidPropsError } from "./props/refusals";
import type { Settings } from "./props/settings";
import type { WebStackProps } from "./props/web-stack-props";
import { keepState, stateWarning, TERRAFORM_VERSIONS } from "./state-backend";
import { userDataFor } from "./user-data";
import { type Site, WebTopology } from "./web-topology";

export { BrokenPathError, InvalidPropsError } from "./props/refusals";
export type { WebStackProps } from "./props/web-stack-props";
export { type Site, WebTopology, type WebTopologyProps } from "./web-topology";

/** A load-balanced HTTPS site from one domain name; its files are in `cdktf.out/stacks/<id>`. */
export class WebStack extends TerraformStack {
  /** `undefined` if the props are invalid. */
  private readonly topology?: WebTopology;
  private readonly userData?: string;

  /**
   * @param id the name of the stack and its folder, also used in resource names; another id is another site
   * @param props only `domainName` is required. Errors are thrown at synth, those of all stacks at once.
   */
  constructor(scope: Construct, id: string, props: WebStackProps) {
    super(scope, id);
    const settings = checkProps(this, id, props);
    // With invalid props nothing is built; the error is thrown before the stack is written.
    if (settings === undefined) return;
    new AwsProvider(this, "aws", { region: settings.region, defaultTags: [{ tags: tagsOf(settings) }] });
    // cdktf has no prop for it.
    this.addOverride("terraform.required_version", TERRAFORM_VERSIONS);
    keepState(this, settings.backend);
    for (const warning of [stateWarning(id, props.backend), quotaWarning(settings)]) {
      if (warning !== undefined) Annotations.of(this).addWarning(warning);
    }
    this.topology = new WebTopology(this, "site", props);
    this.userData = userDataFor(settings);
    this.addOutputs(settings, this.topology);
    this.showAccepted(settings);
    registerPath(this, { stackId: id, tracePath: () => this.tracedPath(settings) });
  }

  /**
   * The load balancer, target group and servers, for your own resources.
   * @throws {InvalidPropsError} if the stack's props are invalid, or create only the zone (`hostedZone.delegated:
   * false`)
   */
  get site(): Site {
    const { site } = this.parts();
    if (site !== undefined) return site;
    throw new InvalidPropsError([
      `${this.node.id}: hostedZone.delegated must be true if main.ts uses the stack's site (got false); ` +
        "until then the stack creates only its zone. Add the resources that need the site together with " +
        "delegated: true.",
    ]);
  }

  /**
   * The hosted zones of the site's names, for your own records.
   * @throws {InvalidPropsError} if the stack's props are invalid
   */
  get zones(): HostedZones {
    return this.parts().zones;
  }

  /**
   * Called by cdktf for every stack before it writes the first file.
   * @throws {InvalidPropsError} listing every error in the props of all stacks of the app
   * @throws {BrokenPathError} listing every error on the paths of all stacks, including added and overridden resources
   */
  override prepareStack(): void {
    throwIfAnyError(this);
    super.prepareStack();
    throwIfAnyPathIsBroken(this);
  }

  /**
   * Called by cdktf after aspects, and by `Testing.synth(stack, true)`, which does not prepare the stack.
   * @throws the same errors as `prepareStack`; cdktf would print a returned error below its own heading and stack trace
   */
  override runAllValidations(): void {
    throwIfAnyError(this);
    const error = pathError(this);
    if (error !== undefined) throw error;
    super.runAllValidations();
  }

  /** For `cdktf synth --hcl`. */
  override toHclTerraform(): ReturnType<TerraformStack["toHclTerraform"]> {
    const { hcl, metadata } = super.toHclTerraform();
    if (this.userData === undefined) return { hcl, metadata };
    const { terraform } = this.toTerraform() as { terraform: { required_version: string } };
    return { hcl: plainHcl(hcl, literal(this.userData), terraform.required_version), metadata };
  }

  private parts(): WebTopology {
    if (this.topology === undefined) throwIfAnyError(this);
    return this.topology as WebTopology; // there whenever the line above does not throw
  }

  private tracedPath({ accept }: Settings): TracedPath {
    const report = trace(this.toTerraform());
    return {
      report: withAccepted(report, accept),
      idle: unmatched(report, accept).map(
        (it) => `accept must list only findings that the path has (got ${shownEntry(it)}); remove this entry`,
      ),
    };
  }

  /** cdktf prints it with every synth, diff and deploy; `npx alb-web trace` reports it for the file. */
  private showAccepted({ accept }: Settings): void {
    if (accept.length === 0) return;
    for (const { finding, address, reason } of accept)
      Annotations.of(this).addWarning(
        `${finding}${address === undefined ? "" : ` at ${address}`} is accepted: ${reason}`,
      );
    this.addOverride(`//.metadata.${ACCEPTED_KEY}`, accept);
  }

  private addOutputs({ domainName, healthCheck, hostedZone }: Settings, { zones, site }: WebTopology): void {
    const output = (id: string, value: unknown, description: string) =>
      new TerraformOutput(this, id, { value, description, staticId: true });
    if (zones.nameServers !== undefined) {
      output("name_servers", zones.nameServers, `Name servers that the registrar of ${hostedZone.name} must be given`);
    }
    if (site === undefined) {
      output(
        "next_step",
        `Give the name servers to the registrar of ${hostedZone.name}, then set hostedZone.delegated to true ` +
          "and deploy again",
        "What is left to do",
      );
      return;
    }
    output("site_url", `https://${domainName}`, "The site");
    output("health_check_url", `https://${domainName}${healthCheck.path}`, "Answers when an instance is well");
    output("load_balancer_dns_name", site.loadBalancer.dnsName, "The load balancer's own name");
    output("target_group_arn", site.targetGroup.arn, "For aws elbv2 describe-target-health");
    output("instance_ids", site.servers.instanceIds, "The instances");
  }
}

/** Tags for everything, which identify the stack's resources. */
function tagsOf({ owner, tags }: Settings): Record<string, string> {
  const own = { "alb-web:stack": owner.stackId, "alb-web:domain": owner.domainName };
  return { ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [literal(key), literal(value)])), ...own };
}
