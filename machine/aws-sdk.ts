/** The AWS SDK is pinned with its plans for later versions of Node; this has it keep them to itself. */
export const NO_SDK_WARNING = "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED";
