#!/usr/bin/env node
require("./typescript.js");
require("./alb-web.ts");
