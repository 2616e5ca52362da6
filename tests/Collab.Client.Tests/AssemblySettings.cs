// A sandbox is three nodes; two of them at once is what two cores bear.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
