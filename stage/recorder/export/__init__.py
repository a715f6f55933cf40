"""R-6: a trace to take along, in six forms: JSON, HAR, Mermaid, Markdown, a curl script, and a page to print.

In the flow somebody writes a report, files a bug or prepares a talk. Every form is made from the same trace that
the page shows, so none says what another does not.

Deliberately does not: put back what was taken out. A record holds no secret and no signature, so no export can.
"""
