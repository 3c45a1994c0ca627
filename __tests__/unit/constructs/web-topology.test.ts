import { InvalidPropsError } from "../../../constructs/web-stack";
import { addressed, all, ownStackWith, refTo, synthOf, theOnly } from "../../support/synth";

const PROPS = { domainName: "shop.example.com", region: "eu-west-3" };

describe("a topology in a stack of one's own", () => {
  test("makes the resources of a WebStack", () => {
    const own = ownStackWith(PROPS);
    const webStack = synthOf(PROPS);
    const counts = (json: typeof own) =>
      Object.keys(json.resource ?? {}).map((type) => [type, addressed(json, type).length]);
    expect(counts(own)).toEqual(counts(webStack));
    expect(theOnly(own, "aws_lb_target_group").vpc_id).toBe(refTo(own, "aws_vpc", "id"));
  });

  test("names them by its place in the app", () => {
    const own = ownStackWith(PROPS);
    expect(theOnly(own, "aws_lb_target_group").name).toMatch(/^tg-shop-site-[0-9a-f]{8}$/);
    expect(all(own, "aws_vpc")[0]?.tags).toEqual({ Name: "shop-site vpc" });
  });

  test("leaves provider, state and tags to the stack", () => {
    const { terraform, provider } = ownStackWith(PROPS);
    expect(provider.aws).toEqual([{ region: "eu-west-3" }]);
    expect(JSON.stringify(terraform)).not.toContain("terraform.shop-site.tfstate");
  });

  test("is refused with all that is wrong with its props", () => {
    const wrong = () => ownStackWith({ ...PROPS, appPort: 22, instances: { count: 0 } });
    expect(wrong).toThrow(InvalidPropsError);
    expect(wrong).toThrow(
      "2 errors in main.ts; nothing was written\n" +
        "  shop-site: appPort must be a whole number from 1 to 65535 except 22 (got 22)\n" +
        "  shop-site: instances.count must be a whole number from 1 to 100 (got 0)",
    );
  });
});
