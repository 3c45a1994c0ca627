#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

// A checkout runs its sources, with all commands; the package has the commands for any Terraform, in one file.
if (existsSync(join(__dirname, "alb-web.ts"))) {
  require("./typescript.js");
  require("./alb-web.ts");
} else require("../bundle/alb-web.js");
