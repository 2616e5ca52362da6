namespace Collab.Wire.Operator;

/// <summary>One data subject's consent.</summary>
/// <param name="Subject">The subject's pseudonym, as in the dataset.</param>
/// <param name="Recipient">The party that may receive what is computed.</param>
/// <param name="Purpose">The purpose code.</param>
/// <param name="Fields">The columns that may be read; <c>*</c> alone for all.</param>
/// <param name="From">From this moment on.</param>
/// <param name="Until">Up to this moment and not at it.</param>
public sealed record ConsentGiven(
    string Subject, string Recipient, string Purpose, IReadOnlyList<string> Fields, DateTimeOffset From, DateTimeOffset Until);

/// <summary>A request to take consents in, all or none.</summary>
/// <param name="Consents">The consents.</param>
public sealed record AddConsentsRequest(IReadOnlyList<ConsentGiven> Consents);

/// <summary>A request to withdraw what stands of a subject's consents.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Recipient">To whom alone; null for all.</param>
/// <param name="Purpose">For what alone; null for all.</param>
public sealed record WithdrawConsentRequest(string Subject, string? Recipient, string? Purpose);

/// <summary>A request for the register, or for one subject's part of it.</summary>
/// <param name="Subject">The subject; null for all.</param>
public sealed record ListConsentsRequest(string? Subject);

/// <summary>A request for what became of rows: of a subject, or in a run.</summary>
/// <param name="Subject">The subject; null with a run.</param>
/// <param name="Run">The run in 64 hexadecimal digits; null with a subject.</param>
public sealed record ConsentHistoryRequest(string? Subject, string? Run);

/// <summary>A consent in the register.</summary>
/// <param name="Consent">What was given.</param>
/// <param name="State"><c>live</c>, <c>not-yet</c>, <c>expired</c> or <c>withdrawn</c>, by the node's clock.</param>
/// <param name="GivenIn">The version it came with.</param>
/// <param name="WithdrawnIn">The version it was withdrawn with, or null.</param>
public sealed record ConsentView(ConsentGiven Consent, string State, int GivenIn, int? WithdrawnIn);

/// <summary>The register.</summary>
/// <param name="Version">The newest version; 0 before the first.</param>
/// <param name="Commitment">The salted commitment to it; null before the first version.</param>
/// <param name="OnLedger">Whether that is final on the ledger; a run that asks for consent waits for it.</param>
/// <param name="Consents">What was asked for of it; null where nothing was.</param>
public sealed record ConsentRegisterView(int Version, string? Commitment, bool OnLedger, IReadOnlyList<ConsentView>? Consents = null);

/// <summary>A run that took rows by consent.</summary>
/// <param name="Job">The job.</param>
/// <param name="Run">The run.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Purpose">The purpose code.</param>
/// <param name="Recipients">Who got what was computed.</param>
/// <param name="Fields">The columns that were read.</param>
/// <param name="Version">The version of the register.</param>
/// <param name="At">When the rows were read.</param>
/// <param name="Ended">Whether and how the run ended: <c>committed</c>, <c>aborted</c> or <c>running</c>.</param>
public sealed record ConsentUseView(
    string Job, string Run, string Dataset, string Purpose, IReadOnlyList<string> Recipients, IReadOnlyList<string> Fields, int Version,
    DateTimeOffset At, string Ended);

/// <summary>What was kept of one run for whoever audits this owner.</summary>
/// <param name="RowsRead">Rows of the dataset.</param>
/// <param name="RowsLeftOut">Those of them without consent.</param>
/// <param name="Snapshot">The bytes that the receipt's snapshot commits to, in base64.</param>
/// <param name="Opening">What opens that commitment, in base64.</param>
/// <param name="Proven">Whether it opens the commitment of this node's receipt; null while there is no receipt.</param>
public sealed record ConsentProofView(long RowsRead, long RowsLeftOut, string Snapshot, string Opening, bool? Proven);

/// <summary>What became of rows.</summary>
/// <param name="Uses">In the order of reading.</param>
/// <param name="Proof">Where a run was asked for.</param>
public sealed record ConsentHistoryView(IReadOnlyList<ConsentUseView> Uses, ConsentProofView? Proof = null);
