namespace Collab.FederatedLearning.Privacy;

/// <summary>What is hidden: whose presence a trained model does not tell.</summary>
public enum PrivacyUnit : byte
{
    /// <summary>All that a client brings into a round.</summary>
    Client = 1,

    /// <summary>One row of one client.</summary>
    Row = 2,
}
