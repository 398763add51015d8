"""A server that speaks the OpenAI protocol, and misbehaves as the model's name says: run it."""

import asyncio
import json
import sys
from collections import Counter

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

REPLY = ["افتُتح ", "المترو", "", " في 中文", " 12 مارس", " 2021 [1]."]
asked = Counter()  # by model
seen = []  # bodies and keys of all requests
closed = []  # models whose stream was left


def event(content=None, finish=None, **more):
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice], **more})}\n\n"


async def stream(model):
    yield ": a comment that keeps the connection open\n\n"
    yield 'data: {"choices": [{"index": 0, "delta": {"role": "assistant"}}]}\n\n'
    try:
        if model == "thinks":
            for piece in ("<th", "ink>\nلنر", " ما في المصدر", "</think>", "\n\n"):
                yield event(piece)
        if model == "only-thinks":
            thought = {"delta": {"reasoning_content": "Let me see"}, "finish_reason": None}
            yield f"data: {json.dumps({'choices': [thought]})}\n\n"
            yield event(finish="length")
            return
        if model == "null-errors":
            yield event("قيل\u2028", error=None).replace("\\u2028", "\u2028")
        for number in range(100_000 if model == "endless" else len(REPLY)):
            if model == "garbage" and number == 2:
                yield "data: {not json\n\n"
            if model == "fails-midway" and number == 2:
                yield 'data: {"error": {"message": "out of\\nmemory"}}\n\n'
            if model == "cut" and number == 2:
                return
            if model == "broken" and number == 2:
                raise ConnectionError("the model process died")
            if model == "silent" and number == 2:
                await asyncio.sleep(60)
            if model in ("slow", "endless"):
                await asyncio.sleep(0.05)
            yield "event: message\n" + event(REPLY[number % len(REPLY)])
        yield event(finish="stop")
        if model != "no-done":
            yield "data: [DONE]\n\n"
    except (asyncio.CancelledError, ClientDisconnect):
        closed.append(model)
        raise


def refusal(model):
    """An error that this model answers with, if any."""
    asked[model] += 1
    statuses = {"teapot": 418, "private": 401, "absent": 404, "always-busy": 429, "ill": 500}
    if model in statuses:
        return JSONResponse({"error": {"message": f"{model}\nsays no"}}, statuses[model])
    if model == "busy-twice" and asked[model] <= 2:
        return PlainTextResponse("later", 503, headers={"retry-after": "0"})
    if model == "page":
        return PlainTextResponse("<html>\n<p>a proxy</p>", 502)
    return None


async def complete(request):
    body = await request.json()
    model = body["model"]
    seen.append({"key": request.headers.get("authorization"), "body": body})
    if refused := refusal(model):
        return refused
    return StreamingResponse(stream(model), media_type="text/event-stream")


async def record(_request):
    return JSONResponse({"asked": asked, "seen": seen, "closed": closed})


app = Starlette(
    routes=[
        Route("/v1/chat/completions", complete, methods=["POST"]),
        Route("/v1/models", lambda _request: JSONResponse({"data": []})),
        Route("/record", record),
    ]
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical")
