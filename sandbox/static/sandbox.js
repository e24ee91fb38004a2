/* sandbox.js: counts the time down and looks for news; the pages do without it, too.
 * SPDX-License-Identifier: ISC */
'use strict';

(() => {
    const left = document.querySelector('[data-left]');
    const page = document.querySelector('[data-state]');
    const start = Date.now();

    const two = (number) => String(number).padStart(2, '0');

    /* As the server writes it: 29:59, or 1:02:03. */
    const text = (seconds) => {
        const hours = Math.floor(seconds / 3600);
        const minutes = Math.floor(seconds / 60) % 60;
        return (hours > 0 ? `${hours}:${two(minutes)}` : minutes) + `:${two(seconds % 60)}`;
    };

    if (left) {
        setInterval(() => {
            const rest = Number(left.dataset.left) - Math.floor((Date.now() - start) / 1000);
            left.textContent = text(Math.max(rest, 0));
        }, 1000);
    }

    const look = async () => {
        const answer = await fetch(page.dataset.state);
        const state = await answer.json();
        if (String(state.version) !== page.dataset.version) {
            const final = state.status === 'success' || state.status === 'failed';
            location.replace(page.dataset.page + (final ? '?done=1' : ''));
        }
    };

    if (page) setInterval(() => look().catch(() => {}), 2000);
})();
