// Tests run through the same TypeScript transformation as the program; types are checked by tsc, apart.
const { transform } = require("sucrase");

module.exports = {
  process(source, filePath) {
    return transform(source, { transforms: ["typescript", "imports"], filePath, preserveDynamicImport: true, disableESTransforms: true });
  },
};
