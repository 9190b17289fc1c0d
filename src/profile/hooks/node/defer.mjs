// The handler that only puts imports off: what recording takes would count as saved.
import { serve } from "./serve.mjs";

export const handler = await serve({ records: false });
