import { useRef, useState } from "react";
import { FileText, Image, X } from "lucide-react";

// The files of one step: pictures as small ones that open large, all others as a line that leads to the file.

const SHOWN_BY_BROWSERS = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"];

function spoken(size) {
  if (size < 1024) return `${size} bytes`;
  return size < 1024 * 1024 ? `${Math.round(size / 1024)} KB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}

// With ``andLoose``, those that belong to no step are shown here, too.
export function Files({ files, seq, andLoose = false }) {
  const shown = (files ?? []).filter((file) => file.seq === seq || (andLoose && file.seq === null));
  if (shown.length === 0) return null;
  return (
    <ul className="files" aria-label="Photos and files">
      {shown.map((file) => (
        <li key={file.id}>{SHOWN_BY_BROWSERS.includes(file.media_type) ? <Picture file={file} /> : <Line file={file} />}</li>
      ))}
    </ul>
  );
}

function Line({ file }) {
  const Icon = file.media_type.startsWith("image/") ? Image : FileText;
  return (
    <a className="file-line" href={file.url} download={file.name}>
      <Icon size={20} aria-hidden="true" />
      <span className="file-name">{file.name}</span>
      <span className="quiet">{spoken(file.size)}</span>
    </a>
  );
}

function Picture({ file }) {
  const [cannotBeShown, setCannotBeShown] = useState(false);
  const [isOpen, setIsOpen] = useState(false);
  const dialog = useRef(null);
  if (cannotBeShown) return <Line file={file} />;

  const open = () => {
    setIsOpen(true);
    dialog.current.showModal();
  };
  return (
    <>
      <button type="button" className="thumbnail" onClick={open} aria-haspopup="dialog" aria-label={`Show ${file.name}`}>
        <img src={file.url} alt="" loading="lazy" decoding="async" onError={() => setCannotBeShown(true)} />
      </button>
      <dialog
        ref={dialog}
        className="picture"
        aria-label={file.name}
        onClose={() => setIsOpen(false)}
        onClick={(event) => event.target === dialog.current && dialog.current.close()}
      >
        {isOpen && <img src={file.url} alt={file.name} />}
        <div className="picture-foot">
          <a className="attach-button" href={file.url} download={file.name}>
            Download, {spoken(file.size)}
          </a>
          <button type="button" className="attach-button" onClick={() => dialog.current.close()}>
            <X size={18} aria-hidden="true" />
            Close
          </button>
        </div>
      </dialog>
    </>
  );
}
