"""Sentences of the templates that no state of the walk shows for sure, by template. The list may only get shorter.

Some the walk does show, at some hours: what is told of the latest flows, of trials and of an undo depends on when
it comes by. So nothing is said of an entry that was shown.
"""

BY_TEMPLATE = {
    "templates/admin/history.html": [
        "Saved without a change",
    ],
    "templates/admin/missed.html": [
        "UTC: saved without a change",
    ],
    "templates/agent0/card.html": [
        "quoted, not followed",
    ],
    "templates/agent0/developer.html": [
        "its public half is registered there",
        "its public half",
        "stands at the client id",
    ],
    "templates/agent0/next_step.html": [
        "You have signed in: do it now",
    ],
    "templates/bands.html": [
        "The world's clock is off by",
    ],
    "templates/idp_mock/admin/app.html": [
        "SAML assertions go to",
        "Add resource app",
    ],
    "templates/idp_mock/admin/events.html": [
        "the nearest; here",
    ],
    "templates/idp_mock/admin/resource_server.html": [
        "Where one company has a name, people of one without are refused.",
    ],
    "templates/idp_mock/dashboard/dashboard.html": [
        "nothing at the moment",
    ],
    "templates/idp_mock/directory/enterprises.html": [
        "Each has an address of its own here, which it gives to its people. There is no list of them.",
    ],
    "templates/idp_mock/signin/sign_out.html": [
        ", but in this browser",
        "is signed in. Signing out here ends the session of",
        "and no other.",
    ],
    "templates/idp_mock/signin/signed_out.html": [
        "So you stay here.",
    ],
    "templates/stage/break/one.html": [
        "A striped band on every page of every place says so, with a button that clears it.",
    ],
    "templates/stage/break/result.html": [
        "The server was too busy to check anything.",
    ],
    "templates/stage/how/admin.html": [
        ", as the last pre-flight recorded it",
    ],
    "templates/stage/preflight/window.html": [
        "Full screen, at least 1280 by 720, and a browser zoom of 100 %? Look for yourself.",
    ],
    "templates/stage/recorder/compare.html": [
        "Only the second flow has it.",
    ],
    "templates/stage/recorder/gate_now.html": [
        "Agent0 does not say who waits",
        "shows who answers.",
        "No body: all that it says stands in the address and the headers.",
        "The flow goes on, and its next call will wait here.",
        "That was the last call of this flow:",
        "Look at it hop by hop",
        ", or ask Agent0 for something else.",
    ],
    "templates/stage/recorder/no_news.html": [
        "Nothing more came for a while, so this page has stopped asking.",
    ],
    "templates/stage/recorder/tabs/message.html": [
        "No answer came",
        "In the address",
    ],
    "templates/stage/recorder/tabs/sides.html": [
        "The server that answered recorded nothing: it is not one of ours, or it was not there.",
        "The two sides did not record the same bodies:",
        "the requests differ",
        "the answers differ",
    ],
    "templates/stage/recorder/token.html": [
        "Nobody here knows this member, so nobody acts on it.",
        "not checked yet",
    ],
    "templates/stage/show/title.html": [
        "The problem in one picture",
    ],
    "templates/stage/world/done.html": [
        "The world has begun anew",
    ],
    "templates/stage/world/missed.html": [
        "Not everybody heard",
        "did not hear it",
        ". The stage and all the others have done so. This is what came back instead:",
        "lines in the terminal that runs the demo. When",
        ", tell everybody again.",
        "Tell everybody again",
    ],
    "templates/stage/world/no_ticket.html": [
        "Press it once more",
    ],
    "templates/stage/world/too_late.html": [
        "Too late for an undo",
    ],
    "templates/todo0/admin/invitation_link.html": [
        "A link for",
    ],
    "templates/todo0/admin/trial.html": [
        "A sign-in, tried",
        "Nobody of this issuer and",
        "has an account here: a sign-in would make one",
        ", or take over the one with her verified address",
    ],
    "templates/todo0/consent.html": [
        "know that you have an account",
    ],
    "templates/todo0/setup/trial.html": [
        "It works, but does not count",
        (
            "You: sign in as somebody of your domain, or let your identity provider put her verified address into"
            " the ID Token."
        ),
    ],
    "xaa/signin/templates/signin/failed.html": [
        "Not signed in",
    ],
    "xaa/signin/templates/signin/logged_out.html": [
        "could not be told, so on this computer you may still be signed in there: sign out at",
        ", too, or close the browser.",
    ],
}
UNSHOWN = {sentence for sentences in BY_TEMPLATE.values() for sentence in sentences}
