// Shows parts of a page anew when the node says that something happened. The server renders them, as it does without a script; here they are only put in place, at most once a second.
const pause = 1000;

function follow(part) {
  let last = 0;
  let timer = null;

  const show = async () => {
    timer = null;
    last = Date.now();
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'manual' }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
    if (next && !part.contains(document.activeElement)) part.replaceChildren(...next.childNodes);
  };
  const soon = () => {
    timer ??= setTimeout(show, Math.max(0, last + pause - Date.now()));
  };

  const events = new EventSource(part.dataset.live);
  events.addEventListener('happened', soon);
  addEventListener('pagehide', () => events.close());
}

document.querySelectorAll('[data-live]').forEach(follow);
