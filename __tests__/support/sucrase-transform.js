// Tests run through the same TypeScript loader as main.ts; types are checked by tsc, apart.
const { transform } = require("sucrase");

module.exports = {
  process(source, filePath) {
    return transform(source, { transforms: ["typescript", "imports"], filePath, preserveDynamicImport: true });
  },
};
