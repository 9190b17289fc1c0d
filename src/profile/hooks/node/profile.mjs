// The handler that records what loading the function's own handler takes.
import { serve } from "./serve.mjs";

export const handler = await serve({ records: true });
