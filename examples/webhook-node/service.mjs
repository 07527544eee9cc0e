// A service that Belfry runs jobs on, with nothing but Node.js (18 or later).
//
// Belfry calls it with a webhook: an HTTP POST that says "run this job now". The service answers 200 at once, works in
// the background, tells Belfry how far it is (a heartbeat), and reports the end. All of these reports are called
// callbacks.
//
// Settings, by environment variables:
//   BELFRY_WEBHOOK_SECRET  the secret that proves a webhook is from Belfry: `belfry secrets show SERVICE`.
//                          While you replace a secret, give the old and the new one, separated by a blank.
//   LISTEN_PORT            the port to listen on (9000)
//   STEP_SECONDS           how long each of the four steps of the example's work takes (1)

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const secretTexts = (process.env.BELFRY_WEBHOOK_SECRET ?? "").trim().split(/\s+/);
if (!secretTexts.every((text) => /^(whsec_)?[A-Za-z0-9+/]{32,}={0,2}$/.test(text))) {
    console.error("set BELFRY_WEBHOOK_SECRET to what `belfry secrets show SERVICE` prints: whsec_…");
    process.exit(1);
}
const secrets = secretTexts.map((text) => Buffer.from(text.replace(/^whsec_/, ""), "base64"));
const stepMilliseconds = Number(process.env.STEP_SECONDS ?? "1") * 1000;
const toleranceSeconds = 5 * 60;
const bodyBytesMax = 2 * 1024 * 1024;

// The ids of the webhooks that were taken. Belfry repeats a webhook when it did not see the answer, so the same id may
// come twice. A real service keeps the ids in its database; this one remembers the latest 10,000.
const seen = new Set();

function isNew(id) {
    if (seen.has(id)) return false;
    seen.add(id);
    // A Set keeps the order in which its values were added.
    if (seen.size > 10_000) seen.delete(seen.values().next().value);
    return true;
}

// Checks the signature of Standard Webhooks: only those who know the secret can make it.
function isGenuine(headers, body) {
    const id = headers["webhook-id"] ?? "";
    const timestamp = headers["webhook-timestamp"] ?? "";
    // An old webhook may be a recorded one that someone sends again.
    if (!/^[0-9]{1,12}$/.test(timestamp)) return false;
    if (Math.abs(Date.now() / 1000 - Number(timestamp)) > toleranceSeconds) return false;
    // There may be several signatures, one for each key of Belfry. One that fits is enough.
    const given = (headers["webhook-signature"] ?? "").split(" ").map((text) => Buffer.from(text));
    return secrets.some((secret) => {
        // The signature is over the very bytes that arrived, so check it before you parse them.
        const mac = createHmac("sha256", secret).update(`${id}.${timestamp}.`).update(body).digest("base64");
        const wanted = Buffer.from(`v1,${mac}`);
        // timingSafeEqual takes the same time whether the first or the last byte differs, so nobody can guess byte by
        // byte. It wants texts of the same length.
        return given.some((one) => one.length === wanted.length && timingSafeEqual(one, wanted));
    });
}

// Sends a callback, again and again until the deadline if Belfry can't take it. False if the work should stop: the run
// is over (410 or past the deadline), or the token is wrong (401).
async function callBack(url, report, deadline) {
    for (let wait = 200; performance.now() < deadline; wait = Math.min(2 * wait, 10_000)) {
        let status = 0;
        try {
            const answer = await fetch(url, {
                method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(report),
                signal: AbortSignal.timeout(10_000),
            });
            await answer.arrayBuffer();
            status = answer.status;
        } catch (error) {
            console.log(`Belfry can't be reached: ${error}`);
        }
        if (status >= 200 && status < 300) return true;
        if (status > 0) console.log(`Belfry answered ${status}`);
        // Anything but 401 and 410: the report itself is wrong. Sending it again would not help.
        if (status > 0 && status < 500 && status !== 408 && status !== 429) return status !== 401 && status !== 410;
        await sleep(wait);
    }
    return false;
}

// The work, in the background.
async function run(webhook, deadline) {
    const url = webhook.callback_url;
    for (let step = 1; step <= 4; step++) {
        await sleep(stepMilliseconds); // Your work goes here.
        // A heartbeat says "still alive". Send one at least every heartbeat_interval_seconds of the webhook.
        if (!await callBack(url, { status: "processing", progress: step * 20 }, deadline)) {
            console.log(`${webhook.execution_id}: Belfry wants no reports of this run, so the work stops`);
            return;
        }
    }
    await callBack(url, { status: "success", summary: `${webhook.job_name} did four steps` }, deadline);
}

async function runAndReport(webhook) {
    // After the ttl Belfry has ended the run. Until then, an outage of Belfry costs nothing.
    const deadline = performance.now() + webhook.ttl_seconds * 1000;
    try {
        await run(webhook, deadline);
    } catch (error) {
        console.log(`${webhook.execution_id}: ${error}`);
        await callBack(webhook.callback_url, { status: "fail", error: String(error) }, deadline);
    }
}

async function take(request) {
    const parts = [];
    let bytes = 0;
    for await (const part of request) {
        bytes += part.length;
        if (bytes > bodyBytesMax) return 413;
        parts.push(part);
    }
    const body = Buffer.concat(parts);
    if (!isGenuine(request.headers, body)) return 401;
    const webhook = JSON.parse(body);
    if (typeof webhook?.callback_url !== "string") return 400;
    // A test asks whether a webhook would arrive.
    if (webhook.test === true) return 200;
    // A repeat gets the same answer, and starts nothing.
    if (isNew(request.headers["webhook-id"])) runAndReport(webhook);
    else console.log(`${webhook.execution_id}: ignored a repeat`);
    // Any 2xx status means: I have it, the run has begun. Answer before you work.
    return 200;
}

const server = createServer(async (request, response) => {
    const status = request.method === "POST" ? await take(request).catch(() => 400) : 405;
    response.writeHead(status, { "Content-Length": "0" }).end();
});
server.listen(Number(process.env.LISTEN_PORT ?? "9000"), "127.0.0.1", () => {
    console.log(`listening on ${server.address().port}`);
});
