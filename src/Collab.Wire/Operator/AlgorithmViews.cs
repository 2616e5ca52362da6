namespace Collab.Wire.Operator;

/// <summary>Registers what a job description asks for as an algorithm, or as the next version of one.</summary>
/// <param name="Name">The provider's name of it.</param>
/// <param name="Description">The job description (YAML); what it says of parties' datasets, purpose and receivers is not part of the algorithm.</param>
/// <param name="Asks">Whether a person decides on every use.</param>
public sealed record AddAlgorithmRequest(string Name, string Description, bool Asks);

/// <summary>Names an algorithm.</summary>
/// <param name="Name">Its provider's name of it; null for all.</param>
/// <param name="Of">Whose it is; the node's own party when null.</param>
/// <param name="Version">A version; the newest when null.</param>
public sealed record AlgorithmRequest(string? Name, string? Of = null, int? Version = null);

/// <summary>Algorithms.</summary>
public sealed record AlgorithmsView(IReadOnlyList<AlgorithmView> Algorithms);

/// <summary>A version of an algorithm.</summary>
/// <param name="Provider">Whose it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Kind">The kind of job it is.</param>
/// <param name="State"><c>stands</c>, <c>superseded</c> or <c>withdrawn</c>.</param>
/// <param name="Asks">Whether a person decides on every use; null when another party's node decides.</param>
/// <param name="Id">The id under which the ledger knows it.</param>
/// <param name="Digest">The salted digest on the ledger.</param>
/// <param name="Content">Name, salt and question in their canonical encoding (protocols/specs/algorithm.md), in hexadecimal; in the view of one algorithm alone.</param>
public sealed record AlgorithmView(
    string Provider, string Name, int Version, string Kind, string State, bool? Asks, string Id, string Digest, string? Content = null);
