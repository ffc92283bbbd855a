// The driver wraps every expression in this: run gets the helpers and returns a promise of the result.
run => {
	const $ = selector => document.querySelector(selector);
	const squash = text => (text ?? "").replace(/\s+/g, " ").trim();
	const sleep = ms => new Promise(done => setTimeout(done, ms));

	// Accessible roles and names, as far as our pages need them: w3.org/TR/html-aam-1.0, w3.org/TR/accname-1.2.
	const inputRoles = {
		button: "button", submit: "button", reset: "button", checkbox: "checkbox", radio: "radio",
		range: "slider", number: "spinbutton", search: "searchbox", hidden: "",
	};
	const tagRoles = {
		A: el => el.href ? "link" : "",
		ARTICLE: "article", ASIDE: "complementary", BUTTON: "button", DETAILS: "group", DIALOG: "dialog",
		FIELDSET: "group", FOOTER: "contentinfo", FORM: "form", H1: "heading", H2: "heading", H3: "heading",
		H4: "heading", HEADER: "banner", IMG: "img",
		INPUT: el => inputRoles[el.type] ?? (el.getAttribute("list") ? "combobox" : "textbox"), LI: "listitem",
		MAIN: "main", NAV: "navigation", OL: "list", OPTION: "option", OUTPUT: "status", PROGRESS: "progressbar",
		SECTION: el => nameOf(el) && "region", SELECT: el => el.multiple || el.size > 1 ? "listbox" : "combobox",
		SUMMARY: "button", TABLE: "table", TD: "cell", TEXTAREA: "textbox", TH: "columnheader", TR: "row", UL: "list",
	};
	const roleOf = el => {
		const explicit = squash(el.getAttribute("role")).split(" ")[0];
		const implicit = tagRoles[el.tagName] ?? "";
		return explicit || (typeof implicit == "function" ? implicit(el) : implicit);
	};
	const namedByContent = new Set(["button", "cell", "checkbox", "columnheader", "heading", "link", "menuitem",
		"menuitemcheckbox", "menuitemradio", "option", "radio", "row", "rowheader", "switch", "tab", "tooltip", "treeitem"]);
	const textOf = node => {
		if (node.nodeType == Node.TEXT_NODE) return node.data;
		if (node.nodeType != Node.ELEMENT_NODE || node.matches("[aria-hidden=true], script, style, input, select, textarea")
			|| !node.checkVisibility()) return "";
		return node.getAttribute("aria-label") || node.alt || [...node.childNodes].map(textOf).join("");
	};
	const nameOf = el => squash(
		(el.getAttribute("aria-labelledby") ?? "").split(/\s+/).map(id => id && document.getElementById(id))
			.map(other => other ? textOf(other) : "").join(" ").trim()
		|| el.getAttribute("aria-label")
		|| [...el.labels ?? []].map(textOf).join(" ")
		|| (el.tagName == "FIELDSET" && el.querySelector("legend")?.textContent)
		|| (el.tagName == "INPUT" && /^(button|submit|reset)$/.test(el.type) && el.value)
		|| (el.tagName != "SECTION" && namedByContent.has(roleOf(el)) && textOf(el))
		|| el.alt || el.title || el.placeholder);
	const perceivable = el => el.checkVisibility({ visibilityProperty: true }) && !el.closest("[aria-hidden=true], [inert]");
	const ofRole = wanted => [...document.querySelectorAll("*")].filter(el => wanted.split("|").includes(roleOf(el)) && perceivable(el));
	const roles = (wanted, name) => ofRole(wanted).filter(el => nameOf(el) == name);
	const role = (wanted, name) => {
		const found = roles(wanted, name);
		if (found.length == 1) return found[0];
		if (found.length) throw Error(`${found.length} elements are ${wanted} "${name}"`);
		throw Error(`no ${wanted} "${name}", only: ${ofRole(wanted).map(el => `"${nameOf(el)}"`).join(", ") || "none at all"}`);
	};

	// Until the expression is truthy, an exception counting as false. Looking takes a tenth of the page's time at most: in a
	// large document it is dear, and several pages share the processor.
	const poll = async (ms, expression) => {
		const end = performance.now() + ms;
		for (;;) {
			let saw;
			const began = performance.now();
			try {
				const value = await expression();
				if (value) return { ok: true };
				saw = String(value);
			} catch (e) {
				saw = String(e);
			}
			if (performance.now() > end) return { ok: false, saw };
			await sleep(Math.max(10, 9 * (performance.now() - began)));
		}
	};

	// The middle of the element, in the viewport, once a click there would reach it.
	const describe = el => `<${el.tagName.toLowerCase()}${el.id && ` id="${el.id}"`}${el.className && ` class="${el.className}"`}>`;
	const aim = async (ms, find) => {
		let at, before = "";
		const { ok, saw } = await poll(ms, async () => {
			const el = await find();
			if (!el) throw Error("no such element");
			const box = () => el.getClientRects()[0];
			if (!box()?.width || !box().height || !perceivable(el)) throw Error("it is not visible");
			if (el.matches(":disabled")) throw Error("it is disabled");
			const middle = ({ left, top, width, height }) => ({ x: left + width / 2, y: top + height / 2 });
			const outside = ({ x, y }) => x < 0 || y < 0 || x >= innerWidth || y >= innerHeight;
			if (outside(middle(box()))) el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
			at = middle(box());
			const now = JSON.stringify(box()), moved = now != before;
			before = now;
			if (moved) throw Error("it is moving");
			const hit = document.elementFromPoint(at.x, at.y);
			if (!hit) throw Error("it is outside the viewport");
			if (!el.contains(hit) && hit.closest("label")?.control != el) throw Error("it is covered by " + describe(hit));
			guard(el);
			return true;
		});
		return { ok, saw, at };
	};

	// Between aiming and clicking the page may move. A click that would reach something else does not: it missed, and is
	// to be repeated.
	const events = ["pointerdown", "mousedown", "pointerup", "mouseup", "click"];
	const guard = el => {
		const hits = event => {
			const target = event.composedPath()[0];
			return el.contains(target) || target.closest?.("label")?.control == el;
		};
		const watch = event => {
			if (!event.isTrusted) return;
			shot.hit ??= hits(event);
			if (shot.hit) return;
			event.preventDefault();
			event.stopImmediatePropagation();
		};
		const shot = window.aimed = { hit: null };
		for (const type of events) addEventListener(type, watch, { capture: true });
		shot.end = () => {
			for (const type of events) removeEventListener(type, watch, { capture: true });
			delete window.aimed;
			return shot.hit ?? true;
		};
	};
	const hit = () => window.aimed?.end() ?? true; // a page that was left was hit

	return run({ $, role, roles, poll, aim, hit }).then(value => JSON.stringify(value ?? null));
}
