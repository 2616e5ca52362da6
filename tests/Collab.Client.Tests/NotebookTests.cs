namespace Collab.Client.Tests;

/// <summary>Each notebook, executed from its first cell with real nodes; words and numbers are those that are committed.</summary>
public sealed class NotebookTests
{
    [Theory]
    [InlineData("hospitals.ipynb")]
    [InlineData("banks.ipynb")]
    [InlineData("auditors.ipynb")]
    [InlineData("parameters.ipynb")]
    public async Task A_notebook_gives_what_is_committed(string name) =>
        Assert.Contains("cells give what is committed", await Python.RunAsync(TestContext.Current.CancellationToken, Path.Combine(Repository.Root, "notebooks", "check.py"), name), StringComparison.Ordinal);
}
