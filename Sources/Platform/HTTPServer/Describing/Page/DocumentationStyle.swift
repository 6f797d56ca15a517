extension DocumentationPage {
    /// The page's style. Colours follow what the reader's system prefers.
    static let style = """
        :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #dfe3e8; --ground: #fff;
          --panel: #f5f7f9; --link: #0b5cad; --get: #1a7f4b; --post: #0b5cad; --put: #9a6700; --delete: #b42318 }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa5b4; --line: #2c3440;
          --ground: #12161c; --panel: #1a2028; --link: #6cb2ff; --get: #4cc38a; --post: #6cb2ff; --put: #e3b341;
          --delete: #ff8f85 } }
        * { box-sizing: border-box }
        html { scroll-behavior: smooth; scroll-padding-top: 1rem }
        body { margin: 0; display: flex; color: var(--ink); background: var(--ground);
          font: 15px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif }
        nav { position: sticky; top: 0; flex: 0 0 21rem; height: 100vh; overflow-y: auto; padding: 1.25rem;
          background: var(--panel); border-right: 1px solid var(--line); font-size: 13px }
        nav ul { list-style: none; margin: 0 0 .75rem; padding: 0 }
        nav li a { display: flex; gap: .5rem; align-items: baseline; padding: .15rem 0; color: var(--ink) }
        nav .path { overflow-wrap: anywhere }
        .title { font-size: 17px; font-weight: 700; margin: 0 0 1rem }
        .title a { color: inherit }
        .tag { margin: 0 0 .25rem; font-weight: 600; color: var(--soft) }
        main { flex: 1; min-width: 0; max-width: 62rem; padding: 2rem 2.5rem 6rem }
        h1 { margin: 0 0 .5rem; font-size: 28px }
        h2 { margin: 3rem 0 1rem; font-size: 21px }
        h3 { margin: 0 0 .5rem; font-size: 17px; display: flex; gap: .6rem; align-items: center; flex-wrap: wrap }
        h4 { margin: 1.25rem 0 .4rem; font-size: 13px; color: var(--soft) }
        a { color: var(--link); text-decoration: none }
        a:hover { text-decoration: underline }
        article { padding: 1.25rem 1.5rem; margin: 0 0 1rem; border: 1px solid var(--line); border-radius: 8px }
        article:target { border-color: var(--link) }
        p { margin: .4rem 0 }
        code, pre { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, monospace }
        h3 code { font-size: 15px }
        pre { margin: .5rem 0; padding: .75rem 1rem; overflow-x: auto; background: var(--panel); border-radius: 6px }
        table { width: 100%; border-collapse: collapse; font-size: 14px }
        td { padding: .4rem .75rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top }
        td:first-child { width: 14rem } td:nth-child(2) { width: 14rem; overflow-wrap: anywhere }
        .method { min-width: 3.4rem; font: 700 11px/1.6 ui-monospace, "DejaVu Sans Mono", monospace; color: var(--soft) }
        h3 .method { padding: .1rem .5rem; text-align: center; border: 1px solid currentColor; border-radius: 4px }
        .get { color: var(--get) } .post { color: var(--post) } .put { color: var(--put) } .delete { color: var(--delete) }
        .anchor { margin-left: auto; font-size: 12px; font-weight: 400; color: var(--soft) }
        .summary { font-size: 16px }
        .access, .place, .required { font-size: 13px; color: var(--soft) }
        .place, .required { margin-left: .5rem }
        .role { display: inline-block; margin-right: .35rem; padding: 0 .5rem; background: var(--panel);
          border: 1px solid var(--line); border-radius: 99px; color: var(--ink) }
        .status { display: inline-block; margin-right: .4rem; font: 600 13px ui-monospace, "DejaVu Sans Mono", monospace }
        .s2 { color: var(--get) } .s4, .s5 { color: var(--delete) }
        details { margin: .5rem 0 } summary { cursor: pointer; color: var(--soft); font-size: 13px }
        @media (max-width: 60rem) { body { display: block } nav { position: static; height: auto; max-height: 40vh }
          main { padding: 1.5rem 1rem } td:first-child, td:nth-child(2) { width: auto } }

        """
}
