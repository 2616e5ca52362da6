using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>What a person asks for, checked for itself but not yet against anybody's datasets. A planner makes a <see cref="Plan"/> of it.</summary>
/// <param name="Kind">What is computed.</param>
/// <param name="Purpose">The purpose code.</param>
/// <param name="Parties">The owners and what they bring.</param>
/// <param name="Receivers">Who gets the result.</param>
/// <param name="Security">The adversary that must be withstood.</param>
/// <param name="Lifetime">How long after planning a run may start.</param>
/// <param name="Uses">How many runs may start.</param>
/// <param name="RunLimit">How long one run may last.</param>
public sealed record JobSpecification(
    JobKind Kind,
    string Purpose,
    IReadOnlyList<RequestedInput> Parties,
    IReadOnlyList<PartyId> Receivers,
    SecurityModel Security,
    TimeSpan Lifetime,
    int Uses,
    TimeSpan RunLimit)
{
    /// <summary>Whether only rows of subjects who consent take part.</summary>
    public ConsentRule Consent { get; init; }

    /// <summary>The version of an algorithm that the question must be; null where nobody provides one.</summary>
    public RequestedAlgorithm? Algorithm { get; init; }

    /// <summary>Who beside the owners must agree; null for nobody.</summary>
    public EndorsementRule? Endorsers { get; init; }

    /// <summary>Whether each party keeps what it takes to recompute its side.</summary>
    public bool Replay { get; init; }
}

/// <summary>An algorithm as a person names it.</summary>
/// <param name="Provider">Whose it is.</param>
/// <param name="Name">The provider's name of it.</param>
/// <param name="Version">The version, from 1.</param>
public sealed record RequestedAlgorithm(PartyId Provider, string Name, int Version);

/// <summary>One owner's part of a request.</summary>
/// <param name="Owner">The owner.</param>
/// <param name="Dataset">The owner's name of the dataset.</param>
/// <param name="Keys">The alternative keys in order, each by its columns; empty when the job joins nothing.</param>
/// <param name="ExpectedRows">How many rows the requester expects, for the choice of a protocol and the estimate only; null when not said.</param>
public sealed record RequestedInput(
    PartyId Owner, string Dataset, IReadOnlyList<IReadOnlyList<string>> Keys, long? ExpectedRows = null)
{
    /// <summary>Which of the owner's rows take part, beside what the job says of all; null for nothing more.</summary>
    public RowFilter? Where { get; init; }
}

/// <summary>A kind of job with its parameters, as a person writes them.</summary>
public abstract record JobKind
{
    /// <summary>The word in a job description.</summary>
    public abstract string Name { get; }

    /// <summary>Which rows take part, of all owners; over joined rows each condition is its column's owner's. Null for all rows.</summary>
    public RowFilter? Where { get; init; }

    /// <summary>Private set intersection.</summary>
    /// <param name="KeyRule">How keys are made equal.</param>
    /// <param name="Reveal">What is told; a measure of aggregates has no scale yet.</param>
    /// <param name="AtLeast">In how many of the lists a key must be; 0 for all.</param>
    /// <param name="Choice">Who chooses the protocol.</param>
    /// <param name="Bandwidth">The line that is reckoned with, in Mbit/s; 0 for the product's assumption.</param>
    public sealed record Intersection(KeyRule KeyRule, Reveal Reveal, int AtLeast, ProtocolChoice Choice, int Bandwidth) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "intersection";
    }

    /// <summary>Joint statistics over rows held side by side.</summary>
    /// <param name="Columns">The columns described.</param>
    /// <param name="GroupBy">The grouping, or null.</param>
    /// <param name="Statistics">What is told.</param>
    /// <param name="MinimumGroupSize">Cells that rest on fewer rows are withheld.</param>
    /// <param name="Dominance">Cells whose sums few rows make up are withheld; null for no such rule.</param>
    public sealed record JointStatistics(
        IReadOnlyList<string> Columns, GroupBy? GroupBy, IReadOnlyList<Statistic> Statistics, int MinimumGroupSize, DominanceRule? Dominance = null) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "statistics";

        /// <summary>Whether the total of all groups is told beside them.</summary>
        public bool Total { get; init; }

        /// <summary>The column that names whose a row is; null where the minimum counts rows.</summary>
        public string? Contributor { get; init; }

        /// <summary>The noise of a private answer; null for an exact one. Its ranges have the scale that they are written with, and any order.</summary>
        public PrivacyChoice? Privacy { get; init; }
    }

    /// <summary>Analyses over rows held side by side.</summary>
    /// <param name="Analyses">What is asked; a measure has the scale that its numbers are written with, or 0, until the owners' offers are known.</param>
    /// <param name="MinimumGroupSize">An analysis with a cell on fewer rows is withheld.</param>
    public sealed record JointAnalyses(IReadOnlyList<Analysis> Analyses, int MinimumGroupSize) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "analysis";

        /// <summary>How two owners with different columns join their rows; null where rows stand side by side.</summary>
        public RequestedJoin? Join { get; init; }
    }

    /// <summary>A program that two or three owners compute together.</summary>
    /// <param name="Inputs">Its columns; a range has the scale that it is written with until the owners' offers are known.</param>
    /// <param name="SkipsMissing">Whether a row without one of the values is left out; else it fails the job at its owner.</param>
    /// <param name="Program">The program.</param>
    /// <param name="Dealer">Whom two owners trust to deal them triples; null for nobody.</param>
    public sealed record Computation(IReadOnlyList<ComputationInput> Inputs, bool SkipsMissing, string Program, PartyId? Dealer) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "computation";
    }

    /// <summary>Values of one owner's records by the keys of another, who learns no other record; neither the keys nor whether they were found are learnt.</summary>
    /// <param name="KeyRule">How keys are made equal.</param>
    /// <param name="Of">Whose records; null for the owner that is not the receiver.</param>
    /// <param name="Columns">The columns that are retrieved.</param>
    /// <param name="Keys">How many keys a run asks for.</param>
    /// <param name="ValueSize">Room for the values of a record, in bytes.</param>
    /// <param name="Records">Room for so many records; 0 for as many as the row band allows.</param>
    public sealed record Retrieval(KeyRule KeyRule, PartyId? Of, IReadOnlyList<string> Columns, int Keys, int ValueSize, int Records) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "retrieval";
    }

    /// <summary>The way of the money of some loans: the question as it will stand in the plan, its minimum with the scale that it is written with until the owners' offers are known.</summary>
    /// <param name="Question">What is followed how far.</param>
    public sealed record Trace(TraceQuestion Question) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "trace";
    }

    /// <summary>A model trained on the columns of several owners: the question as it will stand in the plan.</summary>
    /// <param name="Question">What is trained on what.</param>
    public sealed record Training(TrainingQuestion Question) : JobKind
    {
        /// <summary>What is to be made of columns first; recipes in the plan.</summary>
        public IReadOnlyList<FeatureWish> Wishes { get; init; } = [];

        /// <inheritdoc/>
        public override string Name => "train";
    }

    /// <summary>Trees trained on rows side by side: the question as it will stand in the plan.</summary>
    /// <param name="Question">What is trained on what.</param>
    public sealed record RowTraining(RowTrainingQuestion Question) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "train";
    }

    /// <summary>Clusters of rows that several owners have in common: the question as it will stand in the plan.</summary>
    /// <param name="Question">What is clustered by what.</param>
    public sealed record Clustering(ClusterQuestion Question) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "cluster";
    }

    /// <summary>The evaluation of a model that was trained.</summary>
    /// <param name="Model">The run that trained it, or the first digits of its name.</param>
    /// <param name="OfTest">Whether on the rows that the training kept; else on all.</param>
    /// <param name="CutOffs">Chances in ten-thousandths, the most wanted first.</param>
    /// <param name="Groups">How many groups of equal size.</param>
    /// <param name="MinimumGroup">So many rows of each class lie between boundaries.</param>
    public sealed record Evaluation(string Model, bool OfTest, IReadOnlyList<int> CutOffs, int Groups, int MinimumGroup) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "evaluate";
    }

    /// <summary>Predictions by a model that was trained.</summary>
    /// <param name="Model">The run that trained it, or the first digits of its name.</param>
    /// <param name="Stands">Whether each run takes the datasets as they are registered then.</param>
    public sealed record Prediction(string Model, bool Stands = false) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "predict";

        /// <summary>How a step of a pipeline names the model that an earlier one trains.</summary>
        public const string Trained = "trained";
    }

    /// <summary>Records of an issuer's rows, committed to by one attestation.</summary>
    /// <param name="Columns">The fields of a record.</param>
    /// <param name="Validity">How long they are valid.</param>
    public sealed record Attest(IReadOnlyList<string> Columns, TimeSpan Validity) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "attest";
    }

    /// <summary>Records that an issuer releases under the receiver's keys.</summary>
    /// <param name="KeyRule">How keys are made equal.</param>
    /// <param name="Of">The issuer; null for the owner that is not the receiver.</param>
    /// <param name="Disclose">The fields shown.</param>
    /// <param name="Rule">What the verdict is about; null for none.</param>
    /// <param name="Amount">The amount told, with numbers at the scales that they are written with; null for none.</param>
    /// <param name="Records">The most keys of a run.</param>
    /// <param name="RecordSize">Room for a record, in bytes.</param>
    /// <param name="Validity">How long what is released is attested.</param>
    public sealed record Deliver(
        KeyRule KeyRule, PartyId? Of, IReadOnlyList<string> Disclose, RowFilter? Rule, RequestedAmount? Amount, int Records, int RecordSize, TimeSpan Validity) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "deliver";
    }

    /// <summary>Several questions about the same inputs, in one run.</summary>
    /// <param name="Steps">In order.</param>
    public sealed record Pipeline(IReadOnlyList<JobKind> Steps) : JobKind
    {
        /// <inheritdoc/>
        public override string Name => "pipeline";
    }
}

/// <summary>An amount as a person writes it: each number in units of 10^(−digits).</summary>
/// <param name="Column">The column with the value.</param>
/// <param name="Share">The share.</param>
/// <param name="Deductible">What is taken off first.</param>
/// <param name="Cap">The most; null for no limit.</param>
public sealed record RequestedAmount(string Column, (long Units, int Digits) Share, (long Units, int Digits) Deductible, (long Units, int Digits)? Cap);

/// <summary>How a person wants two tables joined.</summary>
/// <param name="KeyRule">How keys are made equal.</param>
/// <param name="Columns">What is said of some columns: whose, and within which range.</param>
public sealed record RequestedJoin(KeyRule KeyRule, IReadOnlyList<RequestedColumn> Columns);

/// <summary>What a person says of a column of a join.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Of">Its owner; null for the one whose dataset has it.</param>
/// <param name="Range">The values that it may have, with the scale that they are written with; null when nothing was said.</param>
public sealed record RequestedColumn(string Column, PartyId? Of, ValueRange? Range);
