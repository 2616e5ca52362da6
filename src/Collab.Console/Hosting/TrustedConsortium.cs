using Collab.Evidence;
using Collab.Jobs.Governance;

namespace Collab.Console.Hosting;

/// <summary>What evidence is held against: whose keys are whose, and who might do what at the beginning.</summary>
/// <param name="Text">The consortium file as it stands, for download.</param>
/// <param name="Keys">The parties' keys.</param>
/// <param name="Founding">The roles before any motion.</param>
public sealed record TrustedConsortium(string Text, TrustedKeys Keys, Standing Founding);
