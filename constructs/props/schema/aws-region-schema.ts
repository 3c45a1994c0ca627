import { REGIONS } from "../regions";
import { oneOfMany } from "../values";

/** A region of a stack or its state. */
export const awsRegion = () =>
  oneOfMany(REGIONS, "an AWS region that hashicorp/aws 5.100.0 supports, outside China and GovCloud");
