using System.Text.Json;
using System.Text.Json.Serialization;

namespace Collab.Wire.Operator;

/// <summary>How operator documents are written: camel case, no nulls, unknown fields refused.</summary>
public static class OperatorJson
{
    /// <summary>The options of every document.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the documents go to terminals and files, not into HTML
    };

    /// <summary>The same, indented, for people.</summary>
    public static JsonSerializerOptions Indented { get; } = new(Options) { WriteIndented = true };
}

/// <summary>A request without fields.</summary>
public sealed record EmptyRequest;

/// <summary>A request about one job, by its digest or the beginning of it.</summary>
/// <param name="Job">At least 6 hexadecimal digits, or the whole digest.</param>
/// <param name="Run">A run of it; the newest when null.</param>
/// <param name="Reason">A reason code, for a refusal.</param>
/// <param name="Format">Of a result: <c>json</c>, also when null, <c>csv</c>, or <c>canonical</c>: the bytes that the receipt's commitment covers.</param>
public sealed record JobRequest(string? Job, string? Run = null, string? Reason = null, string? Format = null);

/// <summary>A request for the logs of all members over a period.</summary>
/// <param name="Logs">Always true: what tells it from the request for one run.</param>
/// <param name="From">Entries from this moment on; null from the beginning.</param>
/// <param name="To">Entries before this moment; null to the end.</param>
/// <param name="WithoutPlans">Whether plans and receipts stay at the node.</param>
public sealed record EvidenceRequest(bool Logs, DateTimeOffset? From = null, DateTimeOffset? To = null, bool WithoutPlans = false);

/// <summary>A recording that was forgotten.</summary>
/// <param name="Run">The run.</param>
public sealed record ForgottenReplayView(string Run);

/// <summary>A request about a model.</summary>
/// <param name="Model">The first digits of the run that trained it, or of the job.</param>
/// <param name="Format">Of an export: <c>onnx</c> or <c>pmml</c>.</param>
public sealed record ModelRequest(string Model, string? Format = null);

/// <summary>The models that a node has a part of, the newest first.</summary>
public sealed record ModelsView(IReadOnlyList<ModelView> Models);

/// <summary>A model.</summary>
/// <param name="Model">Its name: the run that trained it.</param>
/// <param name="Job">The job.</param>
/// <param name="Asked">What was trained, in words.</param>
/// <param name="Purpose">The job's purpose code.</param>
/// <param name="Created">When the job was planned.</param>
/// <param name="LabelOwner">Who had the labels, and gets predictions; null where every owner has the whole model.</param>
/// <param name="Owners">Its owners.</param>
/// <param name="PartsHere">The owners whose parts are at this node.</param>
/// <param name="Terms">What these say; null in a list.</param>
public sealed record ModelView(
    string Model, string Job, TextView Asked, string Purpose, DateTimeOffset Created, string? LabelOwner, IReadOnlyList<string> Owners, IReadOnlyList<string> PartsHere,
    IReadOnlyList<ModelTermView>? Terms = null);

/// <summary>What a part says of a column.</summary>
/// <param name="Of">Its owner.</param>
/// <param name="Column">The column.</param>
/// <param name="Name"><c>estimate</c>, per unit of the column, or <c>splits</c>.</param>
/// <param name="Value">The number.</param>
public sealed record ModelTermView(string Of, string Column, string Name, double Value);

/// <summary>A request with the text of a job description.</summary>
/// <param name="Description">The YAML.</param>
public sealed record DescriptionRequest(string Description);

/// <summary>A request to register a dataset.</summary>
/// <param name="Name">The name others will see.</param>
/// <param name="Csv">A CSV file on the node's machine.</param>
/// <param name="Postgres">A PostgreSQL table or query.</param>
/// <param name="Columns">Declared columns; null to take those that are inferred.</param>
/// <param name="Record">One record in words, its values by column, instead of the other two.</param>
/// <param name="Subject">The column that names whose a row is, for consent; null when none does.</param>
public sealed record AddDatasetRequest(
    string Name, CsvSource? Csv, PostgresSource? Postgres, IReadOnlyList<ColumnView>? Columns, IReadOnlyDictionary<string, string>? Record = null,
    string? Subject = null);

/// <summary>A CSV file.</summary>
/// <param name="Path">Full path on the node's machine; null when the node received the file.</param>
/// <param name="Encoding">Declared encoding, or null.</param>
/// <param name="Delimiter">Declared delimiter, or null.</param>
/// <param name="Missing">Markers of missing values besides the empty field.</param>
/// <param name="Received">The name of a file that the node received, instead of a path.</param>
public sealed record CsvSource(
    string? Path, string? Encoding = null, string? Delimiter = null, IReadOnlyList<string>? Missing = null, string? Received = null);

/// <summary>A PostgreSQL table or query. The connection string is named by reference only.</summary>
/// <param name="ConnectionVariable">An environment variable of the node.</param>
/// <param name="ConnectionFile">A file on the node's machine that only its owner may read.</param>
/// <param name="Table">A table.</param>
/// <param name="Query">A SELECT.</param>
/// <param name="OrderBy">Columns that identify a row and give the order.</param>
public sealed record PostgresSource(
    string? ConnectionVariable, string? ConnectionFile, string? Table, string? Query, IReadOnlyList<string>? OrderBy);

/// <summary>A request to make triples ahead with another party.</summary>
/// <param name="Peer">The other party.</param>
/// <param name="Products">Products of words, at least so many.</param>
/// <param name="Conjunctions">Conjunctions of bits, at least so many.</param>
/// <param name="WaitSeconds">How long the other may take to come.</param>
public sealed record PrepareRequest(string Peer, long Products, long Conjunctions, int WaitSeconds);

/// <summary>What was made ahead with another party and is left.</summary>
/// <param name="Peer">The other party.</param>
/// <param name="Products">Products of words.</param>
/// <param name="Conjunctions">Conjunctions of bits.</param>
public sealed record StockView(string Peer, long Products, long Conjunctions);

/// <summary>A dataset as its owner offers it.</summary>
/// <param name="Owner">The owner.</param>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its id on the ledger.</param>
/// <param name="Version">The commitment to its rows.</param>
/// <param name="Rows">A band: fewer than so many rows.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Subject">The column whose values name whose a row is, for consent; null where none does.</param>
public sealed record DatasetView(
    string Owner, string Name, string Id, string Version, string Rows, IReadOnlyList<ColumnView> Columns, string? Subject = null);

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>text</c>, <c>integer</c> or <c>decimal</c>.</param>
/// <param name="Scale">Decimal digits behind the point.</param>
public sealed record ColumnView(string Name, string Type, int Scale);

/// <summary>What all parties offer.</summary>
/// <param name="Datasets">The datasets of the parties that answered.</param>
/// <param name="Silent">The parties that did not.</param>
public sealed record DatasetsView(IReadOnlyList<DatasetView> Datasets, IReadOnlyList<string> Silent);

/// <summary>A job as one node sees it.</summary>
/// <param name="Job">The plan's digest.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Purpose">The purpose code.</param>
/// <param name="Requester">Who asks.</param>
/// <param name="Owners">Whose data.</param>
/// <param name="Receivers">Who gets the result.</param>
/// <param name="State"><c>proposed</c>, <c>authorized</c>, <c>started</c>, <c>committed</c>, <c>aborted</c> or <c>closed</c>.</param>
/// <param name="Missing">While proposed: the owners still to be asked.</param>
/// <param name="Run">The newest run.</param>
/// <param name="Created">When it was planned.</param>
/// <param name="Expires">When it expires.</param>
/// <param name="Uses">Runs granted at most.</param>
/// <param name="Result">Where the released result is at this node.</param>
/// <param name="Settled">Whether this node has nothing left to do for the newest run.</param>
/// <param name="Error">Why it is aborted or closed, or what keeps it from going on at this node.</param>
public sealed record JobView(
    string Job, string Kind, string Purpose, string Requester, IReadOnlyList<string> Owners, IReadOnlyList<string> Receivers, string State,
    IReadOnlyList<string>? Missing, string? Run, DateTimeOffset Created, DateTimeOffset Expires, int Uses, string? Result, bool Settled, ErrorView? Error);

/// <summary>Several jobs.</summary>
/// <param name="Jobs">Newest first.</param>
public sealed record JobsView(IReadOnlyList<JobView> Jobs);

/// <summary>A failure.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Party">The party at fault.</param>
/// <param name="Step">The step.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Next">What to do next.</param>
public sealed record ErrorView(string Code, string? Party, string? Step, string Message, string Next);

/// <summary>A text in both languages.</summary>
/// <param name="En">English.</param>
/// <param name="Zh">Chinese.</param>
public sealed record TextView(string En, string Zh);

/// <summary>What a job would do.</summary>
/// <param name="Job">The plan's digest; of a description that is not submitted it changes with every planning, for its nonce is fresh.</param>
/// <param name="Question">What is computed.</param>
/// <param name="Adversary">What the promise rests on.</param>
/// <param name="Purpose">The purpose code.</param>
/// <param name="Expires">When it expires.</param>
/// <param name="Uses">Runs asked for.</param>
/// <param name="Parties">Party by party.</param>
/// <param name="Messages">Messages.</param>
/// <param name="Bytes">Bytes on the wire.</param>
/// <param name="MemoryBytes">Memory of the largest party, about.</param>
/// <param name="Seconds">Time of the protocol, about.</param>
/// <param name="Protocol">The protocol, with the version of its messages.</param>
/// <param name="Security"><c>semi-honest</c> or <c>malicious</c>.</param>
/// <param name="Notes">How keys are compared, why this protocol, and what it does not protect from.</param>
/// <param name="AtMost">Whether messages, bytes, memory and time are upper bounds, because exact sizes are not known.</param>
public sealed record ExplanationView(
    string Job, TextView Question, TextView Adversary, string Purpose, DateTimeOffset Expires, int Uses,
    IReadOnlyList<PartyExplanationView> Parties, long Messages, long Bytes, long MemoryBytes, double Seconds,
    string Protocol, string Security, IReadOnlyList<TextView> Notes, bool AtMost);

/// <summary>One party's part.</summary>
/// <param name="Party">The party.</param>
/// <param name="Sends">What it reads and what leaves it.</param>
/// <param name="Learns">What it knows afterwards.</param>
public sealed record PartyExplanationView(string Party, IReadOnlyList<TextView> Sends, IReadOnlyList<TextView> Learns);

/// <summary>Something that happened to a job.</summary>
/// <param name="Time">When.</param>
/// <param name="Job">The job.</param>
/// <param name="Run">The run.</param>
/// <param name="Event">What.</param>
/// <param name="Step">The step.</param>
/// <param name="Done">Items done.</param>
/// <param name="Total">Items in all.</param>
/// <param name="Party">The party it is about.</param>
/// <param name="Error">The failure.</param>
/// <param name="Loss">Of a training's progress: the loss so far.</param>
/// <param name="Traffic">Of the event <c>traffic</c>: what the step has sent and received so far, peer by peer.</param>
public sealed record EventView(
    DateTimeOffset Time, string Job, string? Run, string Event, string? Step, long Done, long Total, string? Party, ErrorView? Error, double? Loss = null,
    IReadOnlyList<TrafficView>? Traffic = null);

/// <summary>What a step of a run has sent to a peer and received from it so far; takes the place of what was told of that step before.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="MessagesSent">Messages sent.</param>
/// <param name="BytesSent">Payload bytes sent.</param>
/// <param name="MessagesReceived">Messages received.</param>
/// <param name="BytesReceived">Payload bytes received.</param>
public sealed record TrafficView(string Peer, long MessagesSent, long BytesSent, long MessagesReceived, long BytesReceived);

/// <summary>How a node is.</summary>
/// <param name="Party">The party.</param>
/// <param name="Consortium">The consortium.</param>
/// <param name="Software">Name and version.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="Started">Since when it runs.</param>
/// <param name="CertificateExpires">When its certificate expires.</param>
/// <param name="LogSize">Entries of its log.</param>
/// <param name="LogFinal">How many of them are final.</param>
/// <param name="Peers">The other parties.</param>
/// <param name="Datasets">Datasets offered.</param>
/// <param name="Jobs">Jobs known.</param>
/// <param name="Troubles">What keeps the node or its jobs from going on, as of the last half minute.</param>
public sealed record StatusView(
    string Party, string Consortium, string Software, string Address, DateTimeOffset Started, DateTimeOffset CertificateExpires,
    long LogSize, long LogFinal, IReadOnlyList<PeerView> Peers, int Datasets, int Jobs,
    IReadOnlyList<TroubleView> Troubles)
{
    /// <summary>What is left of its privacy budget; empty without one.</summary>
    public IReadOnlyList<BudgetView> Budgets { get; init; } = [];

    /// <summary>What was made ahead with other parties and is left; empty where nothing was.</summary>
    public IReadOnlyList<StockView> Prepared { get; init; } = [];
}

/// <summary>What is left of a privacy budget.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Requester">For whom; null for all together.</param>
/// <param name="Laplace">The largest ε that an answer with Laplace noise may still cost.</param>
/// <param name="Gaussian">With Gaussian noise and the budget's δ; null without δ.</param>
public sealed record BudgetView(string Dataset, string? Requester, string Laplace, string? Gaussian);

/// <summary>What keeps a job, or the node, from going on.</summary>
/// <param name="Job">The job; null when it is the node as a whole.</param>
/// <param name="Error">What fails, and is tried again.</param>
public sealed record TroubleView(string? Job, ErrorView Error);

/// <summary>Another party as this node last saw it.</summary>
/// <param name="Party">The party.</param>
/// <param name="Address">Its address.</param>
/// <param name="Software">What it runs, once it said so.</param>
/// <param name="LastAnswer">When it last answered.</param>
/// <param name="Error">Why it did not answer the last time.</param>
public sealed record PeerView(string Party, string Address, string? Software, DateTimeOffset? LastAnswer, ErrorView? Error);

/// <summary>A released result.</summary>
/// <param name="Job">The job.</param>
/// <param name="Run">The run.</param>
/// <param name="Folder">Where its files are.</param>
/// <param name="Files">Their names.</param>
public sealed record ResultView(string Job, string Run, string Folder, IReadOnlyList<string> Files);
