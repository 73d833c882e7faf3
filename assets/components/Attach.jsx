import { useEffect, useRef, useState } from "react";
import { Camera, Paperclip } from "lucide-react";

// Adds photos and files to a session, straight from the camera if there is one. What is on its way stays in this tab
// until the server has it: a line that drops is waited for, and a file that is sent twice is kept once.

const LIMIT = 10 * 1024 * 1024;
const LARGE_PHOTO = 2 * 1024 * 1024;
const PHOTO_SIDE = 2560;
const PHOTO_QUALITY = 0.85;
const STALL_MS = 30000;
const PAUSES_MS = [1000, 2000, 5000, 10000, 30000];
const NO_LINE = [0, 502, 503, 504];
const WORTH_A_TRY = [401, 408, 409, 425, 429, 500, 507];

const WAITING = "No connection. It goes on by itself as soon as there is one.";
const TOO_LARGE = "This file has more than 10 MiB. Send a smaller one, or a part of it.";
const NOT_UNDERSTOOD = "The server did not take it. Try again.";

// By the address that they are sent to: whoever leaves the page and comes back finds them again.
const queues = new Map();

function queueOf(action) {
  if (!queues.has(action)) queues.set(action, new Queue(action));
  return queues.get(action);
}

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");

// A photo of a modern camera takes minutes on a bad line, and shows nothing more in that size.
async function shrunk(file) {
  if (file.type !== "image/jpeg" || file.size <= LARGE_PHOTO) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, PHOTO_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const smaller = await new Promise((done) => canvas.toBlob(done, "image/jpeg", PHOTO_QUALITY));
    return smaller && smaller.size < file.size ? smaller : file;
  } catch {
    return file; // not a photo that this browser can read: the server says what it is
  }
}

// A file is "sending", or "waiting" for a line; the server has "failed" to take it, or has "refused" it for good.
class Queue {
  items = [];
  listeners = new Set();
  isBusy = false;

  constructor(action) {
    this.action = action;
    window.addEventListener("online", () => this.goOn());
    window.addEventListener("beforeunload", (event) => {
      if (this.items.some(({ state }) => state !== "refused")) event.preventDefault();
    });
  }

  tell(done) {
    this.listeners.forEach((listener) => listener(done));
  }

  change(item, values) {
    Object.assign(item, values);
    this.tell();
  }

  add(files, seq, node) {
    for (const file of files) {
      const fresh = { id: newKey(), key: newKey(), state: "sending", said: "", part: 0, tries: 0 };
      this.items.push({ ...fresh, file, name: file.name, seq, node });
    }
    this.tell();
    this.goOn();
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    this.tell();
  }

  retry(item) {
    this.change(item, { state: "sending" });
    this.goOn();
  }

  async goOn() {
    clearTimeout(this.timer);
    const item = this.items.find(({ state }) => state === "sending" || state === "waiting");
    if (this.isBusy || !item) return;
    this.isBusy = true;
    item.body ??= await shrunk(item.file);
    if (item.body.size > LIMIT) {
      this.change(item, { state: "refused", said: TOO_LARGE });
    } else {
      this.change(item, { state: "sending", part: 0 });
      this.settle(item, await this.post(item));
    }
    this.isBusy = false;
    if (item.state === "waiting") this.timer = setTimeout(() => this.goOn(), pauseAfter(item.tries));
    else this.goOn();
  }

  post(item) {
    const form = new FormData();
    form.append("file", item.body, item.name);
    form.append("seq", item.seq);
    form.append("node", item.node);
    const request = new XMLHttpRequest();
    return new Promise((done) => {
      let stalled;
      const watch = () => {
        clearTimeout(stalled);
        stalled = setTimeout(() => request.abort(), STALL_MS);
      };
      request.upload.onprogress = ({ loaded, total }) => {
        watch();
        this.change(item, { part: loaded / total });
      };
      request.onloadend = () => {
        clearTimeout(stalled);
        done(request);
      };
      request.open("POST", this.action);
      request.setRequestHeader("Idempotency-Key", item.key);
      watch();
      request.send(form);
    });
  }

  settle(item, { status, responseText }) {
    if (status === 201) {
      this.items = this.items.filter((other) => other !== item);
      item.state = "done";
      this.tell(item.name);
    } else if (NO_LINE.includes(status)) {
      this.change(item, { state: "waiting", said: WAITING, tries: item.tries + 1 });
    } else {
      // A refusal is an answer, too: with the old key it would be given again.
      if (status < 500) item.key = newKey();
      this.change(item, { state: WORTH_A_TRY.includes(status) ? "failed" : "refused", said: detailOf(responseText) });
    }
  }
}

const pauseAfter = (tries) => PAUSES_MS[Math.min(tries, PAUSES_MS.length) - 1];

function detailOf(text) {
  try {
    return JSON.parse(text).detail ?? NOT_UNDERSTOOD;
  } catch {
    return NOT_UNDERSTOOD;
  }
}

// What is on its way is shown, too, when the session ``takes`` nothing new: it may have been escalated meanwhile.
export function Attach({ action, seq, node, takes, accept, onDone }) {
  const [, redraw] = useState(0);
  const [done, setDone] = useState("");
  const tellPage = useRef(onDone);
  tellPage.current = onDone;

  useEffect(() => {
    const queue = queueOf(action);
    const listen = (done) => {
      redraw((count) => count + 1);
      if (done === undefined) return;
      setDone(`${done} is attached.`);
      tellPage.current?.();
    };
    queue.listeners.add(listen);
    listen();
    return () => queue.listeners.delete(listen);
  }, [action]);

  const choose = (event) => {
    setDone("");
    queueOf(action).add([...event.target.files], seq, node);
    event.target.value = "";
  };
  const items = queues.get(action)?.items ?? [];
  return (
    <div className="attach">
      {takes && (
        <div className="attach-buttons">
          <label className="attach-button">
            <Paperclip size={18} aria-hidden="true" />
            Add photo or file
            <input type="file" multiple accept={accept} onChange={choose} className="unseen" />
          </label>
          <label className="attach-button attach-camera">
            <Camera size={18} aria-hidden="true" />
            Take photo
            <input type="file" accept="image/*" capture="environment" onChange={choose} className="unseen" />
          </label>
        </div>
      )}
      {items.length > 0 && (
        <ul className="uploads" aria-label="On their way">
          {items.map((item) => (
            <Upload key={item.id} item={item} queue={queueOf(action)} />
          ))}
        </ul>
      )}
      <p role="status" className="unseen">
        {done}
      </p>
    </div>
  );
}

function Upload({ item, queue }) {
  const { name, part, state, said } = item;
  const percent = Math.round(part * 100);
  if (state === "sending") {
    return (
      <li className="upload">
        <span className="upload-name">{name}</span>
        <progress value={percent} max={100} aria-label={`Sending ${name}`} />
        <span className="quiet">{percent < 100 ? `Sending, ${percent} %` : "Sent, being kept"}</span>
      </li>
    );
  }
  return (
    <li className="upload">
      <span className="upload-name">{name}</span>
      <span role={state === "waiting" ? "status" : "alert"} className={state === "waiting" ? "quiet" : "upload-wrong"}>
        {said}
      </span>
      <span className="upload-actions">
        {state !== "refused" && (
          <button type="button" className="attach-button" onClick={() => queue.retry(item)}>
            Try again
          </button>
        )}
        <button type="button" className="attach-button" onClick={() => queue.remove(item)} aria-label={`Remove ${name}`}>
          Remove
        </button>
      </span>
    </li>
  );
}
